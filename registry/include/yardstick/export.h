#pragma once

// Marks what leaves libyardstick_registry. Everything else is hidden.
#define YS_API __attribute__((visibility("default")))
