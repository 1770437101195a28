"""The world in and out: a URL becomes a warehouse; one thin adapter a system."""
