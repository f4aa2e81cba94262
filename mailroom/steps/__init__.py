"""The steps of the stories in workflow.py, and what people do at the desk: one file each.

A step reads its item's row, asks one room (intake, reading, extraction, rules, deliveries, reports) for the answer, and
writes what came out, in one transaction. It may be run again after a crash at any point: it must then find what is
already there and add nothing twice. Rooms do not know each other; they meet here.
"""
