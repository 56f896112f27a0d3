#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// The parts of a path between slashes, empty ones left out.
std::vector<std::string_view> split_path(std::string_view path);

// True where a name ends, in any case of letters, as one of torchvision's image extensions: .jpg
// .jpeg .png .ppm .bmp .pgm .tif .tiff .webp. (Of these JPEG and PNG contents are decoded; the
// others are listed all the same, so that none is left out silently.)
bool has_image_extension(std::string_view name);

// "a, b and 3 more": at most `limit` of the names.
std::string some_of(const std::vector<std::string>& names, std::size_t limit = 3);

}  // namespace yardstick
