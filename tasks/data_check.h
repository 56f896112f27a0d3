#pragma once

#include <yardstick/run.h>
#include <yardstick/task.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace yardstick {

// What `yardstick data check` found: the data's passport.
struct DataPassport {
  struct File {
    std::string name;  // relative path, or shard and member
    std::int64_t bytes = 0;
    std::string sha256;
    std::int64_t width_px = 0;  // 0 where undecodable
    std::int64_t height_px = 0;
    std::string format;  // "JPEG", "PNG"
  };
  std::string root;
  std::vector<File> files;                        // in name order
  std::map<std::string, std::int64_t> per_split;  // images by split ("" where there is none)
  std::map<std::string, std::int64_t> per_class;  // images by "split/class"
  std::vector<BadInput> bad;
  std::string sha256;  // over every file's name, size, class and hash, in name order
  // What BatchSource::fingerprint() says of each split: "content:..." and "listing:...".
  std::map<std::string, std::vector<std::string>> fingerprints;

  // The passport's file format (docs/data.md).
  std::string to_json() const;
};

// Reads and decodes every image below `root` (a folder, a .tar/.tar.gz shard, or a shard pattern)
// with `workers` threads. Undecodable files are listed, not thrown. Throws Data where there is
// nothing to read. `progress` and `stop` are called from the calling thread; where `stop` asks for
// it, the passport holds what was read so far and no hashes of the whole.
DataPassport check_data(const std::string& root, std::int64_t workers, ProgressListener& progress,
                        const StopRequested& stop);

}  // namespace yardstick
