"""The doors: each admits mail and puts it in the spool, and nothing else.

A door says yes only after the spool's promise. It knows neither the store nor what a message holds; whose an address is
comes from a function that is handed in.
"""
