"""``kaiji evaluate``: calls with known truth are masked and measured."""
