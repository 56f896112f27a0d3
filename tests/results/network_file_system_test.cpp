#include "results/network_file_system.h"

#include <gtest/gtest.h>

#include <string>

namespace yardstick::detail {
namespace {

TEST(NetworkFileSystemTest, KnowsThoseThatReachOverANetwork) {
  EXPECT_EQ(network_file_system(0x6969), "NFS");
  EXPECT_EQ(network_file_system(0xff534d42), "CIFS");
  EXPECT_EQ(network_file_system(0xfe534d42), "SMB2");
  EXPECT_EQ(network_file_system(0x0bd00bd0), "Lustre");
  EXPECT_EQ(network_file_system(0x47504653), "GPFS");
  EXPECT_EQ(network_file_system(0x5346414f), "AFS");
  EXPECT_EQ(network_file_system(0x00c36400), "Ceph");
  // As a signed 32-bit number would come here.
  EXPECT_EQ(network_file_system(0xffffffffff534d42), "CIFS");
}

TEST(NetworkFileSystemTest, TakesLocalOnes) {
  EXPECT_EQ(network_file_system(0xef53), std::nullopt);      // ext4
  EXPECT_EQ(network_file_system(0x58465342), std::nullopt);  // XFS
  EXPECT_EQ(network_file_system(0x9123683e), std::nullopt);  // Btrfs
  EXPECT_EQ(network_file_system(0x01021994), std::nullopt);  // tmpfs
  EXPECT_EQ(network_file_system(0x794c7630), std::nullopt);  // overlay
  EXPECT_EQ(network_file_system(0x65735546), std::nullopt);  // FUSE: either
}

TEST(NetworkFileSystemTest, TellsFuseByItsMount) {
  const std::string mountinfo =
      "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
      "98 22 0:45 / /mnt/remote rw,nosuid - fuse.sshfs me@host:/data rw\n"
      "99 22 0:46 / /media/disk rw,nosuid shared:7 master:1 - fuse.ntfs-3g /dev/sdb1 rw\n";

  EXPECT_EQ(network_fuse(mountinfo, "0:45"), "fuse.sshfs");
  EXPECT_EQ(network_fuse(mountinfo, "0:46"), std::nullopt);
  EXPECT_EQ(network_fuse(mountinfo, "0:47"), std::nullopt);
  EXPECT_EQ(network_fuse("", "0:45"), std::nullopt);
}

}  // namespace
}  // namespace yardstick::detail
