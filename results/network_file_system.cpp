#include "results/network_file_system.h"

#include <yardstick/error.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace yardstick::detail {
namespace {

namespace fs = std::filesystem;

// Those that linux/magic.h lacks are of the file systems' own sources.
constexpr std::array<std::pair<std::uint32_t, const char*>, 16> kNetworkFileSystems = {{
    {0x6969, "NFS"},
    {0x517b, "SMB"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},
    {0x564c, "NCP"},
    {0x5346414f, "AFS"},
    {0x6b414653, "AFS"},
    {0x73757245, "Coda"},
    {0x00c36400, "Ceph"},
    {0x0bd00bd0, "Lustre"},
    {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"},
    {0x20030528, "OrangeFS"},
    {0xaad7aaea, "PanFS"},
    {0x7461636f, "OCFS2"},
    {0x01161970, "GFS2"},
}};
constexpr std::uint32_t kFuse = 0x65735546;

constexpr std::array<std::string_view, 14> kNetworkFuse = {
    "sshfs", "glusterfs", "ceph-fuse", "s3fs", "rclone",   "gcsfuse",   "mountpoint-s3",
    "davfs", "juicefs",   "moosefs",   "mfs",  "lizardfs", "curlftpfs", "blobfuse"};

std::string device_of(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return concat(major(status.st_dev), ':', minor(status.st_dev));
}

}  // namespace

std::optional<std::string> network_file_system(std::uint64_t f_type) {
  // Where f_type is a signed 32-bit number it may come here with its sign spread.
  const auto magic = static_cast<std::uint32_t>(f_type);
  for (const auto& [known, name] : kNetworkFileSystems) {
    if (known == magic) return name;
  }
  return std::nullopt;
}

std::optional<std::string> network_fuse(std::string_view mountinfo, std::string_view device) {
  std::istringstream lines{std::string(mountinfo)};
  std::optional<std::string> type;
  for (std::string line; std::getline(lines, line);) {
    // 36 35 98:0 /root /mount/point options - type source options
    std::istringstream fields(line);
    std::string id, parent, at, field;
    if (!(fields >> id >> parent >> at) || at != device) continue;
    while (fields >> field && field != "-") {
    }
    if (!(fields >> field)) continue;
    for (const std::string_view name : kNetworkFuse) {
      if (field == "fuse." + std::string(name)) type = field;
    }
  }
  return type;
}

void refuse_network_file_system(const std::string& path) {
  const char* allowed = std::getenv("YARDSTICK_NETWORK_DB");
  if (allowed != nullptr && std::string_view(allowed) == "allow") return;
  std::error_code ignored;
  const fs::path place =
      fs::exists(path, ignored) ? fs::path(path) : fs::absolute(path).parent_path();
  struct statfs status{};
  if (::statfs(place.c_str(), &status) != 0) return;  // opening says what is wrong
  const auto f_type = static_cast<std::uint64_t>(status.f_type);
  std::optional<std::string> type = network_file_system(f_type);
  if (!type && static_cast<std::uint32_t>(f_type) == kFuse) {
    std::ifstream file("/proc/self/mountinfo", std::ios::binary);
    const std::string mountinfo{std::istreambuf_iterator<char>(file), {}};
    type = network_fuse(mountinfo, device_of(place));
  }
  if (!type) return;
  throw_environment(
      concat(path, " lies on a network file system (", *type,
             "), where machines that write at once would lose records"),
      "write to a file on a local disk with --db, and join such files with `yardstick results "
      "merge`");
}

}  // namespace yardstick::detail
