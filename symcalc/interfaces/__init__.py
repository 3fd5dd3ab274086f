"""symcalc in the clothes that other libraries expect."""
