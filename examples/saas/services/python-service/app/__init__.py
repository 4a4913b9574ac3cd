"""Fulfilment: warehouses, their stock, and the shipments that leave them."""
