"""Balances of a network of unit operations (handbook, step 3.3): `raw` sets them up from the measured figures."""
