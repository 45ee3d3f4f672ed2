#include "tools/document/wal_story_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tools/document/cells.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::WalKeeper;

std::string subject_of(const WalKeeper& keeper) {
  if (keeper.who == "writers") return "transactions of the writers";
  if (keeper.who == "outside") return "somebody outside of bench";
  return keeper.who;
}

std::string_view verb_of(const WalKeeper& keeper) {
  return keeper.who == "readers in turns" ? "kept it without a gap" : "kept it";
}

/// `reader 1 kept it 211 times (for 3.00 s at most, 109,800 frames at most)`
std::string clause_of(const WalKeeper& keeper, std::int64_t of_times) {
  std::string clause = fmt::format("{} {}", subject_of(keeper), verb_of(keeper));
  if (keeper.times != of_times) clause += fmt::format(" {} times", with_thousands(keeper.times));
  // The first and the last refusal say only how long it was there at least.
  const bool seen_from_outside = keeper.who == "outside";
  return clause + fmt::format(" (for {} {}, {} frames at most)", duration_text(keeper.longest_ns),
                              seen_from_outside ? "or longer" : "at most",
                              with_thousands(keeper.frames_most));
}

bool somebody_read(const metrics::WalReuse& reuse) {
  return std::ranges::any_of(reuse.keepers,
                             [](const WalKeeper& each) { return each.who != "writers"; });
}

void tell_unfinished(const ConfigurationResult& configuration, std::vector<Sentence>& story) {
  for (const metrics::Stream& stream : configuration.others) {
    const metrics::Histogram* const reads = stream.find(metrics::Segment::read);
    if (stream.id.outcome != "unfinished" || reads == nullptr) continue;
    const metrics::Histogram* const snapshots = stream.find(metrics::Segment::snapshot_age);
    const std::int64_t longest_ns =
        snapshots == nullptr ? reads->max() : std::max(reads->max(), snapshots->max());
    story.push_back({fmt::format(
        "When the last writer ended, {} still reading, for {} at most so far; they are told apart, "
        "as {}, and took longer than that says.",
        reads->total_count() == 1 ? "1 reader was"
                                  : with_thousands(reads->total_count()) + " readers were",
        duration_text(longest_ns), configuration.name_of(stream))});
  }
}

}  // namespace

std::vector<Sentence> wal_story_of(const ConfigurationResult& configuration) {
  std::vector<Sentence> story;
  tell_unfinished(configuration, story);
  if (!configuration.reuse) return story;
  const metrics::WalReuse& reuse = *configuration.reuse;
  const bool follows = configuration.planned.readers > 0 || !reuse.keepers.empty();
  if (!follows) return story;
  if (reuse.refused == 0) {
    story.insert(story.begin(), {fmt::format("The WAL could start over {} times, and nobody who "
                                             "read kept it from that.",
                                             with_thousands(reuse.restarts))});
    return story;
  }
  std::vector<std::string> clauses;
  clauses.reserve(reuse.keepers.size());
  for (const WalKeeper& each : reuse.keepers) {
    clauses.push_back(clause_of(each, reuse.refused));
  }
  std::vector<Sentence> why;
  why.push_back({fmt::format("The WAL could start over {} times and could not {} times: {}.",
                             with_thousands(reuse.restarts), with_thousands(reuse.refused),
                             fmt::join(clauses, "; ")),
                 Tone::answer});
  const std::int64_t longest_ns = configuration.wal.checkpoint_longest_ns;
  why.push_back(
      {fmt::format("It grew by {} while it was kept, and was {} at most; {}.",
                   format_bytes(reuse.growth_bytes), format_bytes(configuration.wal.peak_bytes),
                   longest_ns == 0 ? "no checkpoint moved anything"
                                   : "the longest checkpoint took " + duration_text(longest_ns))});
  if (somebody_read(reuse)) {
    why.push_back(
        {"Try shorter read transactions, or pauses between them in which nobody reads; "
         "PRAGMA journal_size_limit gives the space back, and does not stop the growth."});
  }
  story.insert(story.begin(), why.begin(), why.end());
  return story;
}

}  // namespace walbench::tools
