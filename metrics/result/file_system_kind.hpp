#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace walbench::metrics {

// `type` is as /proc/self/mountinfo names it.

/// Files are kept in memory alone, so that syncs cost nothing.
inline bool is_memory_file_system(std::string_view type) {
  constexpr std::array<std::string_view, 3> kMemory = {"tmpfs", "ramfs", "devtmpfs"};
  return std::ranges::find(kMemory, type) != kMemory.end();
}

/// Files are served by another host, or by that of a virtual machine or container, where WAL's
/// shared memory and locks are not dependable.
inline bool is_network_file_system(std::string_view type) {
  constexpr std::array<std::string_view, 22> kNetwork = {"nfs",        "nfs4",
                                                         "cifs",       "smb3",
                                                         "9p",         "ceph",
                                                         "fuse.sshfs", "virtiofs",
                                                         "afs",        "gfs2",
                                                         "lustre",     "ocfs2",
                                                         "drvfs",      "fuse.grpcfuse",
                                                         "fakeowner",  "vboxsf",
                                                         "prl_fs",     "fuse.glusterfs",
                                                         "fuse.osxfs", "fuse.rclone",
                                                         "fuse.s3fs",  "fuse.vmhgfs-fuse"};
  return std::ranges::find(kNetwork, type) != kNetwork.end();
}

}  // namespace walbench::metrics
