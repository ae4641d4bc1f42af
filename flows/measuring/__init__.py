"""``kaiji evaluate``: made calls masked and measured."""
