#include "tools/locks/locks_json.hpp"

#include <nlohmann/json.hpp>

namespace walbench::tools {
namespace {

using Json = nlohmann::ordered_json;
using storage::LockWatch;

constexpr int kLocksSchemaVersion = 1;

double milliseconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e6;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

const char* held_name(storage::HeldLock lock) {
  switch (lock) {
    case storage::HeldLock::write: return "write";
    case storage::HeldLock::checkpoint: return "checkpoint";
    case storage::HeldLock::recover: return "recover";
    case storage::HeldLock::exclusive: break;
  }
  return "exclusive";
}

/// A pid that stands for no process is told as null, with the reason beside it.
Json process_json(pid_t pid, const LockWatch& watch) {
  const auto command = watch.commands.find(pid);
  return {{"pid", pid > 0 ? Json(pid) : Json()},
          {"holder", process_name(pid)},
          {"command", command == watch.commands.end() ? "" : command->second}};
}

Json holder_json(const storage::LockHolder& holder, const LockWatch& watch) {
  Json json = {{"lock", lock_name(holder.lock)}, {"exclusive", holder.exclusive}};
  json.update(process_json(holder.pid, watch));
  return json;
}

Json holding_json(const storage::LockHolding& holding, const LockWatch& watch) {
  Json json = {{"lock", held_name(holding.lock)}};
  json.update(process_json(holding.pid, watch));
  json.update({{"held_share", share(holding.held_ns, watch.elapsed_ns)},
               {"held_ms", milliseconds(holding.held_ns)},
               {"holds", holding.holds},
               {"longest_ms", milliseconds(holding.longest_ns)},
               {"longest_error_ms", milliseconds(holding.longest_error_ns)},
               {"longest_is_cut", holding.longest_is_cut},
               {"first_seen_ms", milliseconds(holding.first_seen_ns)},
               {"last_seen_ms", milliseconds(holding.last_seen_ns)},
               {"held_at_last_look", holding.held_at_last_look}});
  return json;
}

Json reader_json(const storage::ReaderSeen& reader, const LockWatch& watch) {
  Json json = process_json(reader.pid, watch);
  json.update({{"read_share", share(reader.read_ns, watch.elapsed_ns)},
               {"longest_ms", milliseconds(reader.longest_ns)},
               {"longest_is_cut", reader.longest_is_cut},
               {"frames_kept", reader.frames_kept},
               {"reading_at_last_look", reader.reading_at_last_look}});
  return json;
}

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json files_json(const LockWatch& watch) {
  const storage::DatabaseState& state = watch.state;
  Json json = {{"journal_mode", state.mode == storage::JournalMode::wal ? "wal" : "rollback"},
               {"page_bytes", state.page_bytes},
               {"database_bytes", state.database_bytes},
               {"wal_bytes", or_null(state.wal_bytes)},
               {"journal_bytes", or_null(state.journal_bytes)},
               {"file_system", state.file_system.type}};
  if (watch.last.wal_index) {
    json.update({{"frames", watch.last.wal_index->frames},
                 {"frames_not_checkpointed", watch.last.wal_index->not_checkpointed()},
                 {"frames_not_checkpointed_most", watch.frames_most}});
  }
  return json;
}

}  // namespace

std::string locks_json(const LocksStory& story) {
  const LockWatch& watch = story.watch;
  Json json = {{"schema_version", kLocksSchemaVersion},
               {"kind", "locks"},
               {"file", story.file},
               {"started", story.started},
               {"started_monotonic_ns", watch.started_ns},
               {"elapsed_ms", milliseconds(watch.elapsed_ns)},
               {"interrupted", watch.interrupted},
               {"looks", watch.looks},
               {"longest_gap_ms", milliseconds(watch.longest_gap_ns)},
               {"cpu_ms", milliseconds(story.cpu_ns)}};
  json.update(files_json(watch));
  json["connected"] = Json::array();
  for (const pid_t pid : watch.connected) {
    json["connected"].push_back(process_json(pid, watch));
  }
  json["held_now"] = Json::array();
  for (const storage::LockHolder& holder : watch.last.holders) {
    if (holder.lock == storage::LockByte::connection) continue;
    json["held_now"].push_back(holder_json(holder, watch));
  }
  json["write_lock_free_share"] = share(watch.write_free_ns(), watch.elapsed_ns);
  json["holdings"] = Json::array();
  for (const storage::LockHolding& holding : watch.holdings) {
    json["holdings"].push_back(holding_json(holding, watch));
  }
  json["readers"] = Json::array();
  for (const storage::ReaderSeen& reader : watch.readers) {
    json["readers"].push_back(reader_json(reader, watch));
  }
  json["reservations"] = reservations(watch);
  // All but ASCII is escaped: command lines go to a terminal here.
  return json.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace walbench::tools
