"""Papers for the benchmark: made-up suppliers, layouts and wordings, drawn by code with seeds.

Written from what suppliers of fourteen countries print, not from what extraction knows: its word lists are not read
here. `families.py` names the layouts; whole families and all suppliers are left out together when something is trained.
"""
