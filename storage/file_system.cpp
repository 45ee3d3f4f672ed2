#include "storage/file_system.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <fstream>
#include <sstream>
#include <string>

namespace walbench::storage {

FileSystem file_system_of(const std::filesystem::path& path) {
  FileSystem found;
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return found;
  const std::string device =
      std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));

  // A line: id parent major:minor root mount-point options [optional fields] - type source options
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line);
    std::string id;
    std::string parent;
    std::string line_device;
    std::string root;
    std::string mount_point;
    fields >> id >> parent >> line_device >> root >> mount_point;
    const std::size_t separator = line.find(" - ");
    if (line_device != device || separator == std::string::npos) continue;
    std::string source;
    std::string super_options;
    fields >> found.mount_options;
    std::istringstream(line.substr(separator + 3)) >> found.type >> source >> super_options;
    if (!super_options.empty()) found.mount_options += " " + super_options;
  }
  // A partition has no queue of its own; its disk, the folder above it, has.
  for (const char* const queue : {"/queue/rotational", "/../queue/rotational"}) {
    std::ifstream rotational("/sys/dev/block/" + device + queue);
    if (char digit = 0; rotational >> digit) {
      found.rotates = digit == '0' ? "no" : "yes";
      break;
    }
  }
  return found;
}

}  // namespace walbench::storage
