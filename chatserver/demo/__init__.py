"""The demo shop: a second origin with the widget, and the data that fills it."""
