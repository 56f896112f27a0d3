# The installed package: find_package(Yardstick) gives yardstick::registry and yardstick_add_plugin().
