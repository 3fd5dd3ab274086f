"""Shape algebra: broadcasting, products, reductions, indices and blocks, appended as nodes."""
