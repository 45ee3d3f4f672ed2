#include "tools/locks/locks_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "tools/document/cells.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using storage::HeldLock;
using storage::JournalMode;
using storage::LockWatch;

/// A row each for so many processes; the others are in JSON.
constexpr std::size_t kMostRows = 15;

bool is_wal(const LockWatch& watch) {
  return watch.state.mode == JournalMode::wal;
}

double share(std::int64_t part, const LockWatch& watch) {
  return static_cast<double>(part) /
         static_cast<double>(std::max<std::int64_t>(watch.elapsed_ns, 1));
}

/// `at least` if the beginning or the end was not seen; the error if looks were far apart.
std::string length_text(std::int64_t ns, std::int64_t error_ns, bool cut) {
  constexpr std::int64_t kSmallNs = 2'000'000;
  const bool uncertain = error_ns > std::max(kSmallNs, ns / 20);
  return (cut ? "at least " : "") + duration_text(ns) +
         (uncertain ? " +- " + duration_text(error_ns) : "");
}

std::string longest_text(const storage::LockHolding& holding) {
  return length_text(holding.longest_ns, holding.longest_error_ns, holding.longest_is_cut);
}

std::string longest_text(const storage::ReaderSeen& reader) {
  return length_text(reader.longest_ns, 0, reader.longest_is_cut);
}

/// The beginning of the command line; a dash if the kernel names no process.
std::string command_text(pid_t pid, const LockWatch& watch) {
  constexpr std::size_t kLongest = 60;
  const auto found = watch.commands.find(pid);
  if (pid <= 0 || found == watch.commands.end()) return "-";
  const std::string& command = found->second;
  if (command.empty()) return "(ended)";
  return command.size() <= kLongest ? command : command.substr(0, kLongest) + " ...";
}

Cell command_cell(pid_t pid, const LockWatch& watch) {
  return {command_text(pid, watch), {}};
}

/// `pid 4711 (python3 app.py)`
std::string process_text(pid_t pid, const LockWatch& watch) {
  const std::string name = process_name(pid);
  return pid <= 0 ? name : fmt::format("{} ({})", name, command_text(pid, watch));
}

// ---- the files

void add_files(const LockWatch& watch, Section& section) {
  const storage::DatabaseState& state = watch.state;
  std::string text =
      state.empty ? "The database file is empty"
                  : fmt::format("Database {}, pages of {}", format_bytes(state.database_bytes),
                                format_bytes(state.page_bytes));
  if (state.journal_bytes) text += fmt::format("; -journal {}", format_bytes(*state.journal_bytes));
  if (state.wal_bytes) text += fmt::format("; -wal {}", format_bytes(*state.wal_bytes));
  if (watch.last.wal_index) {
    text += fmt::format(": {} frames, of which {} are not yet checkpointed",
                        with_thousands(std::int64_t{watch.last.wal_index->frames}),
                        with_thousands(std::int64_t{watch.last.wal_index->not_checkpointed()}));
    if (watch.frames_most > watch.last.wal_index->not_checkpointed()) {
      text += fmt::format(" ({} at most)", with_thousands(std::int64_t{watch.frames_most}));
    }
  }
  section.blocks.emplace_back(Sentence{text + "."});
  if (!is_wal(watch) || watch.connected.empty()) return;
  const std::size_t processes = watch.connected.size();
  section.blocks.emplace_back(Sentence{processes == 1
                                           ? "One process has it open."
                                           : fmt::format("{} processes have it open.", processes)});
}

// ---- one look

std::string frames_text(const storage::LockHolder& holder, const LockWatch& watch) {
  using storage::LockByte;
  if (!watch.last.wal_index || holder.exclusive || holder.lock < LockByte::read_mark_0 ||
      holder.lock > LockByte::read_mark_4) {
    return "-";
  }
  const auto mark =
      static_cast<std::size_t>(holder.lock) - static_cast<std::size_t>(LockByte::read_mark_0);
  return with_thousands(std::int64_t{watch.last.wal_index->kept_by(mark)});
}

void add_now(const LockWatch& watch, Section& section) {
  Table table{
      .caption = "Held at this moment:",
      .columns = {{"lock"}, {"how", true}, {"process", true}, {"frames kept"}, {"command", true}},
      .rows = {}};
  for (const storage::LockHolder& holder : watch.last.holders) {
    if (holder.lock == storage::LockByte::connection) continue;
    table.rows.push_back({{lock_name(holder.lock), {}},
                          {holder.exclusive ? "alone" : "shared", {}},
                          {process_name(holder.pid), {}},
                          {frames_text(holder, watch), {}},
                          command_cell(holder.pid, watch)});
  }
  if (table.rows.empty()) {
    section.blocks.emplace_back(Sentence{
        "Nobody holds a lock at this moment: nobody reads and nobody writes.", Tone::answer});
    return;
  }
  section.blocks.emplace_back(std::move(table));
}

// ---- many looks

void cut_off(Table& table) {
  if (table.rows.size() <= kMostRows) return;
  const std::size_t more = table.rows.size() - kMostRows;
  table.rows.resize(kMostRows);
  table.caption += fmt::format(" ({} more in JSON)", more);
}

std::string seen_text(const storage::LockHolding& holding) {
  return fmt::format("{:.2f} .. {:.2f} s", static_cast<double>(holding.first_seen_ns) / 1e9,
                     static_cast<double>(holding.last_seen_ns) / 1e9);
}

Table holdings_table(HeldLock lock, const LockWatch& watch) {
  const std::string name = lock_name(lock, watch.state.mode);
  Table table{
      .caption = name + ":",
      .columns = {{"process"}, {"held"}, {"longest"}, {"holds"}, {"seen"}, {"command", true}},
      .rows = {}};
  for (const storage::LockHolding& holding : watch.holdings) {
    if (holding.lock != lock) continue;
    table.rows.push_back({{process_name(holding.pid), {}},
                          percent_cell(share(holding.held_ns, watch)),
                          {longest_text(holding), static_cast<double>(holding.longest_ns)},
                          count_cell(holding.holds),
                          {seen_text(holding), {}},
                          command_cell(holding.pid, watch)});
  }
  cut_off(table);
  if (lock == HeldLock::write && !table.rows.empty()) {
    const Cell absent{"-", {}};
    table.rows.push_back({{"nobody", {}},
                          percent_cell(share(watch.write_free_ns(), watch)),
                          absent,
                          absent,
                          absent,
                          absent});
  }
  return table;
}

void add_longest_hold(const LockWatch& watch, Section& section) {
  const storage::LockHolding* longest = nullptr;
  for (const storage::LockHolding& holding : watch.holdings) {
    if (holding.lock != HeldLock::write) continue;
    if (longest == nullptr || holding.longest_ns > longest->longest_ns) longest = &holding;
  }
  if (longest == nullptr) {
    section.blocks.emplace_back(Sentence{"Nobody was seen holding the write lock.", Tone::answer});
    return;
  }
  section.blocks.emplace_back(Sentence{
      fmt::format(
          "The longest hold of the write lock was that of {}: {}. A writer that waits with a "
          "shorter busy_timeout fails meanwhile.",
          process_text(longest->pid, watch), longest_text(*longest)),
      Tone::answer});
}

void add_oldest_reader(const LockWatch& watch, Section& section) {
  const auto most = std::ranges::max_element(watch.readers, {}, &storage::ReaderSeen::frames_kept);
  if (most == watch.readers.end() || most->frames_kept == 0) return;
  section.blocks.emplace_back(Sentence{
      fmt::format("{} kept {} frames from being checkpointed; its longest read transaction took "
                  "{}.",
                  process_text(most->pid, watch), with_thousands(std::int64_t{most->frames_kept}),
                  longest_text(*most)),
      Tone::answer});
}

Table readers_table(const LockWatch& watch) {
  Table table{
      .caption = "Readers:", .columns = {{"process"}, {"reading"}, {"longest"}}, .rows = {}};
  if (is_wal(watch)) table.columns.push_back({"frames kept"});
  table.columns.push_back({"command", true});
  for (const storage::ReaderSeen& reader : watch.readers) {
    Row row = {{process_name(reader.pid), {}},
               percent_cell(share(reader.read_ns, watch)),
               {longest_text(reader), static_cast<double>(reader.longest_ns)}};
    if (is_wal(watch)) row.push_back(count_cell(reader.frames_kept));
    row.push_back(command_cell(reader.pid, watch));
    table.rows.push_back(std::move(row));
  }
  cut_off(table);
  return table;
}

void add_watched(const LockWatch& watch, Section& section) {
  add_longest_hold(watch, section);
  add_oldest_reader(watch, section);
  for (const HeldLock lock : storage::kHeldLocks) {
    Table table = holdings_table(lock, watch);
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  }
  Table readers = readers_table(watch);
  if (!readers.rows.empty()) section.blocks.emplace_back(std::move(readers));
}

// ---- what cannot be known

void add_limits(const LocksStory& story, Section& section) {
  for (const std::string& sentence : reservations(story.watch)) {
    section.blocks.emplace_back(Sentence{sentence, Tone::warning});
  }
  section.blocks.emplace_back(
      Sentence{"Threads and connections of one process look alike; waiting is not visible."});
  if (story.watch.looks == 1) return;
  section.blocks.emplace_back(Sentence{
      fmt::format("{} looks, {} apart at most; shorter holds are seen by chance, in proportion to "
                  "their length.",
                  with_thousands(story.watch.looks), duration_text(story.watch.longest_gap_ns))});
  section.blocks.emplace_back(Sentence{fmt::format("Looking took {:.1f} % of one processor.",
                                                   100 * share(story.cpu_ns, story.watch))});
}

}  // namespace

Document locks_document(const LocksStory& story) {
  const LockWatch& watch = story.watch;
  std::string title =
      fmt::format("{}: {} mode", story.file, is_wal(watch) ? "WAL" : "rollback-journal");
  if (watch.looks > 1) {
    title += fmt::format(", watched for {}{}", duration_text(watch.elapsed_ns),
                         watch.interrupted ? " until interrupted" : "");
  }
  title += ", " + story.started;
  Section files{.heading = "Files", .blocks = {}};
  add_files(watch, files);
  Section locks{.heading = "Locks", .blocks = {}};
  watch.looks == 1 ? add_now(watch, locks) : add_watched(watch, locks);
  Section limits{.heading = "What to know", .blocks = {}};
  add_limits(story, limits);
  return {std::move(title), {std::move(files), std::move(locks), std::move(limits)}};
}

}  // namespace walbench::tools
