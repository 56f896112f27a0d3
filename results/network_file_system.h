#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace yardstick::detail {

// The name of the network file system of which statfs() gives this f_type, as "NFS"; nothing for a
// local one and for FUSE, which may be either.
std::optional<std::string> network_file_system(std::uint64_t f_type);

// Of FUSE: the type that /proc/self/mountinfo gives the file system with this major:minor, where it
// reaches over a network ("fuse.sshfs").
std::optional<std::string> network_fuse(std::string_view mountinfo, std::string_view device);

// Throws Environment where the file lies on such a file system, or would: its locks and shared
// memory do not hold from machine to machine. $YARDSTICK_NETWORK_DB=allow takes the risk.
void refuse_network_file_system(const std::string& path);

}  // namespace yardstick::detail
