#include "tools/locks/locks_story.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "metrics/result/file_system_kind.hpp"

namespace walbench::tools {
namespace {

using storage::HeldLock;
using storage::JournalMode;
using storage::LockByte;

bool anybody(const storage::LockWatch& watch, const auto& is_one) {
  return std::ranges::any_of(watch.commands, [&](const auto& each) { return is_one(each.first); });
}

void add_unnamed_holders(const storage::LockWatch& watch, std::vector<std::string>& sentences) {
  if (anybody(watch, [](pid_t pid) { return pid == storage::kOtherNamespacePid; })) {
    sentences.emplace_back(
        "A holder is in another pid namespace (a container), where the kernel names no pid; there "
        "may be several. Run this on the host.");
  }
  if (anybody(watch, [](pid_t pid) { return pid == storage::kOpenFilePid; })) {
    sentences.emplace_back(
        "A holder uses open file description locks (OFD), for which the kernel names no process; "
        "there may be several.");
  }
  if (anybody(watch, [](pid_t pid) { return pid < storage::kOpenFilePid; })) {
    sentences.emplace_back(
        "A holder is on another host, or behind a file system's server: its negative number is "
        "the server's, no pid of this host.");
  }
}

void add_file_system(const storage::DatabaseState& state, std::vector<std::string>& sentences) {
  const std::string& type = state.file_system.type;
  // What is behind FUSE is not known.
  if (!metrics::is_network_file_system(type) && !type.starts_with("fuse")) return;
  sentences.push_back(
      fmt::format("The database is on {}: locks that others take elsewhere may not be visible "
                  "here, or not be kept at all.",
                  type));
}

void add_files(const storage::LockWatch& watch, std::vector<std::string>& sentences) {
  const storage::DatabaseState& state = watch.state;
  if (state.replaced) {
    sentences.emplace_back(
        "The name stands for another file by now: the database that was watched has been replaced "
        "or removed.");
  }
  const bool exclusive = std::ranges::any_of(watch.last.holders, [](const auto& holder) {
    return holder.exclusive && holder.lock == LockByte::shared;
  });
  if (state.mode != JournalMode::wal) return;
  if (exclusive) {
    sentences.emplace_back(
        "Somebody has the database all to itself (PRAGMA locking_mode=EXCLUSIVE, or the last "
        "connection is closing).");
  } else if (!state.has_wal_index) {
    sentences.emplace_back("There is no -shm file: nobody has the database open.");
  } else if (!watch.last.wal_index) {
    sentences.emplace_back(
        "The -shm file holds no valid header: the next connection will recover it.");
  } else if (watch.connected.empty()) {
    sentences.emplace_back(
        "Nobody has the database open; the -shm file was left behind, and so its figures may be "
        "old.");
  }
}

}  // namespace

std::string lock_name(HeldLock lock, JournalMode mode) {
  switch (lock) {
    case HeldLock::write: return "write lock";
    case HeldLock::checkpoint: return "checkpoint lock";
    case HeldLock::recover: return "recovery lock";
    case HeldLock::exclusive: break;
  }
  return mode == JournalMode::wal ? "whole database" : "readers kept out";
}

std::string lock_name(LockByte lock) {
  switch (lock) {
    case LockByte::write: return "WRITE";
    case LockByte::checkpoint: return "CHECKPOINT";
    case LockByte::recover: return "RECOVER";
    case LockByte::connection: return "connection";
    case LockByte::pending: return "PENDING";
    case LockByte::reserved: return "RESERVED";
    case LockByte::shared: return "SHARED";
    case LockByte::read_mark_0:
    case LockByte::read_mark_1:
    case LockByte::read_mark_2:
    case LockByte::read_mark_3:
    case LockByte::read_mark_4: break;
  }
  return fmt::format("READ {}", static_cast<int>(lock) - static_cast<int>(LockByte::read_mark_0));
}

std::string process_name(pid_t pid) {
  if (pid == storage::kOtherNamespacePid) return "in another pid namespace";
  if (pid == storage::kOpenFilePid) return "an OFD lock";
  if (pid < storage::kOpenFilePid) return fmt::format("elsewhere ({})", pid);
  return fmt::format("pid {}", pid);
}

std::vector<std::string> reservations(const storage::LockWatch& watch) {
  std::vector<std::string> sentences;
  add_files(watch, sentences);
  add_unnamed_holders(watch, sentences);
  add_file_system(watch.state, sentences);
  return sentences;
}

}  // namespace walbench::tools
