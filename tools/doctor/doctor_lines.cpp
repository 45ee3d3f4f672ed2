#include "tools/doctor/doctor_lines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "metrics/duration.hpp"
#include "storage/wal_reset.hpp"
#include "tools/program/option_values.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using storage::CheckOutcome;
using storage::CheckResult;
using storage::WalResetFound;

constexpr const char* kWalReset = "WAL reset";
constexpr const char* kMendedVersions =
    "use SQLite 3.51.3 or later, or 3.50.7 or 3.44.6 of their lines";

constexpr std::array<std::string_view, storage::kWalResetRemedies.size()> kRemedies = {
    "FULL checkpoints with a busy_timeout", "RESTART checkpoints with a busy_timeout",
    "one connection that writes and checkpoints", "writers who queue until COMMIT has returned"};

std::string duration(std::chrono::nanoseconds time) {
  return metrics::format_duration(time);
}

/// `lost 28 of 4,521 acknowledged updates in 251 ms`
std::string lost_text(const WalResetFound& found) {
  std::string text =
      fmt::format("lost {} of {} acknowledged updates in {}", with_thousands(found.lost),
                  with_thousands(found.updates), duration(found.took));
  if (!found.integrity.empty()) text += "; integrity_check says " + found.integrity;
  if (!found.trouble.empty()) text += "; SQLite said: " + found.trouble;
  return text;
}

/// With M overlaps and no loss, a loss has a chance below 3/M an overlap (95 %).
std::string not_met_text(const WalResetFound& found) {
  std::string text = fmt::format("not met in {} commits and {} overlaps",
                                 with_thousands(found.commits), with_thousands(found.overlaps));
  constexpr std::int64_t kRuleOfThree = 3;
  if (found.overlaps >= 2 * kRuleOfThree) {
    text += fmt::format("; at most one overlap in {} loses something (95 %)",
                        with_thousands(found.overlaps / kRuleOfThree));
  }
  return text;
}

/// Words of the text in lines, the first of which begins at `column`; the others are indented to
/// it.
std::string wrapped(std::string_view text, std::size_t column) {
  constexpr std::size_t kColumns = 100;
  std::string lines;
  std::size_t used = column;
  for (const std::string& word : split_at(std::string(text), ' ')) {
    if (used > column && used + 1 + word.size() > kColumns) {
      lines += "\n" + std::string(column, ' ');
      used = column;
    } else if (used > column) {
      lines += ' ';
      ++used;
    }
    lines += word;
    used += word.size();
  }
  return lines;
}

/// `1 failed (WAL reset)`; nothing if none has that outcome.
std::string counted(const std::vector<CheckResult>& results, CheckOutcome outcome,
                    std::string_view verb) {
  std::vector<std::string> names;
  std::size_t count = 0;
  for (const CheckResult& each : results) {
    if (each.outcome != outcome) continue;
    ++count;
    if (std::ranges::find(names, each.name) == names.end()) names.push_back(each.name);
  }
  if (count == 0) return {};
  return fmt::format("{} {} ({})", count, verb, fmt::join(names, ", "));
}

}  // namespace

// ---- SQLite

CheckResult library_line(const storage::LoadedLibrary& library) {
  CheckResult result{.name = "SQLite",
                     .seen = fmt::format("{}, source id {}, from {}", library.version,
                                         library.source_id, library.file.string())};
  if (!library.thread_safe) {
    result.outcome = CheckOutcome::fail;
    result.advice = "it was built without thread safety (SQLITE_THREADSAFE=0): use another one";
  }
  return result;
}

std::vector<CheckResult> embedded_lines(const std::string& file, const std::string& source_id) {
  std::vector<CheckResult> lines = {
      {.name = "SQLite", .seen = fmt::format("source id {}, inside {}", source_id, file)},
      {.name = kWalReset, .seen = "mended by its source id (it cannot be run inside that file)"}};
  if (storage::source_has_wal_reset_bug(source_id)) {
    lines[1].outcome = CheckOutcome::fail;
    lines[1].seen = "by its source id it has the bug (it cannot be run inside that file)";
    lines[1].advice = std::string("build the application with another SQLite: ") + kMendedVersions;
  }
  return lines;
}

CheckResult wal_reset_line(const std::string& what, const WalResetFound& found,
                           bool version_has_bug) {
  CheckResult result{.name = kWalReset};
  if (found.met()) {
    result.outcome = CheckOutcome::fail;
    result.seen = what + ": " + lost_text(found);
    result.advice = std::string(kMendedVersions) + "; --library FILE tries one";
    return result;
  }
  result.seen = what + ": " + not_met_text(found);
  if (version_has_bug) {
    result.outcome = CheckOutcome::warn;
    result.advice = std::string("this version has the bug all the same: ") + kMendedVersions;
  } else if (found.overlaps == 0) {
    result.outcome = CheckOutcome::warn;
    result.advice = "nothing was shown: run it again when the machine is less busy";
  }
  return result;
}

CheckResult remedy_line(std::size_t index, const WalResetFound& found) {
  CheckResult result{.name = "remedy"};
  if (found.met()) {
    result.outcome = CheckOutcome::fail;
    result.seen = fmt::format("{}: {}", kRemedies.at(index), lost_text(found));
    result.advice = "do not rely on it";
    return result;
  }
  result.seen = fmt::format("{}: none of {} updates lost in {}, in {} checkpoints",
                            kRemedies.at(index), with_thousands(found.updates),
                            duration(found.took), with_thousands(found.checkpoints));
  return result;
}

// ---- durability

CheckResult kills_line(const storage::KillsFound& found, int wanted) {
  CheckResult result{.name = "kill -9"};
  result.seen = fmt::format("{} of {} writers killed, {} transactions acknowledged", found.kills,
                            wanted, with_thousands(found.acknowledged));
  if (found.sound()) {
    result.seen += ", none lost: a process may die (a loss of power is another matter)";
    return result;
  }
  result.outcome = CheckOutcome::fail;
  if (found.lost > 0) result.seen += fmt::format(", {} lost", with_thousands(found.lost));
  if (found.torn > 0) result.seen += ", one there in part";
  if (!found.trouble.empty()) result.seen += "; SQLite said: " + found.trouble;
  result.advice = "do not keep a database here before the cause is found";
  return result;
}

// ---- a database

std::vector<CheckResult> database_lines(const storage::DatabaseState& state,
                                        std::uint32_t not_checkpointed) {
  constexpr std::int64_t kLargeWalBytes = 32'000'000;
  constexpr std::int64_t kMuchFreeBytes = 1'000'000;
  constexpr std::int64_t kMuchFreePercent = 25;
  constexpr std::uint32_t kSmallPageBytes = 4096;
  const bool wal = state.mode == storage::JournalMode::wal;
  const std::int64_t free_bytes = std::int64_t{state.free_pages} * state.page_bytes;
  const std::int64_t free_percent =
      100 * free_bytes / std::max<std::int64_t>(state.database_bytes, 1);
  const std::int64_t wal_bytes = state.wal_bytes.value_or(0);
  std::vector<CheckResult> lines = {
      {.name = "database",
       .seen = fmt::format("{} mode, {} in pages of {}, {} % free; -wal {}, {} frames of it not "
                           "checkpointed",
                           wal ? "WAL" : "rollback-journal", format_bytes(state.database_bytes),
                           format_bytes(state.page_bytes), free_percent, format_bytes(wal_bytes),
                           with_thousands(std::int64_t{not_checkpointed}))}};
  const auto warn = [&lines](bool wrong, std::string seen, std::string advice) {
    if (!wrong) return;
    lines.push_back({"database", CheckOutcome::warn, std::move(seen), std::move(advice)});
  };
  warn(!wal, "rollback-journal mode: a writer waits for every reader, and readers for it",
       "PRAGMA journal_mode=WAL, once");
  warn(wal_bytes > kLargeWalBytes,
       fmt::format("the -wal file has grown to {}", format_bytes(wal_bytes)),
       "find the reader or the missing checkpoint (locks FILE --for 10s), then PRAGMA "
       "wal_checkpoint(TRUNCATE); PRAGMA journal_size_limit keeps it small");
  warn(free_bytes > kMuchFreeBytes && free_percent > kMuchFreePercent,
       fmt::format("{} of it are free pages", format_bytes(free_bytes)), "VACUUM gives them back");
  warn(!state.empty && state.page_bytes < kSmallPageBytes,
       fmt::format("pages of {} are small: more of them are written a commit", state.page_bytes),
       "PRAGMA page_size=4096 and VACUUM, in rollback-journal mode");
  warn(wal && state.journal_bytes.value_or(0) > 0,
       "a -journal file lies beside a database in WAL mode",
       "a copy or a restore may have mixed files of two databases");
  warn(state.links > 1, fmt::format("the file has {} names (hard links)", state.links),
       "use one of them alone: each has a -wal of its own, which would destroy the database");
  return lines;
}

// ---- lines

std::string_view outcome_name(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::pass: return "PASS";
    case CheckOutcome::warn: return "WARN";
    case CheckOutcome::fail: return "FAIL";
    case CheckOutcome::not_checked: break;
  }
  return "-";
}

std::string line_text(const CheckResult& result) {
  constexpr std::size_t kColumn = 21;
  std::string text = fmt::format("{:<15} {:<4} {}\n", result.name, outcome_name(result.outcome),
                                 wrapped(printable(result.seen), kColumn));
  if (!result.advice.empty()) {
    text += fmt::format("{:>{}}{}\n", "-> ", kColumn, wrapped(printable(result.advice), kColumn));
  }
  return text;
}

std::string summary_text(const DoctorStory& story) {
  std::vector<std::string> parts;
  for (std::string part : {counted(story.results, CheckOutcome::fail, "failed"),
                           counted(story.results, CheckOutcome::warn, "warned"),
                           counted(story.results, CheckOutcome::not_checked, "not checked")}) {
    if (!part.empty()) parts.push_back(std::move(part));
  }
  if (parts.empty()) parts.emplace_back("nothing found");
  return fmt::format("{}; {}{:.0f} s.", fmt::join(parts, ", "),
                     story.interrupted ? "interrupted after " : "", story.seconds);
}

}  // namespace walbench::tools
