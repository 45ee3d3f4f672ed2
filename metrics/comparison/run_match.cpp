#include "metrics/comparison/run_match.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "metrics/result/figures.hpp"
#include "metrics/result/key.hpp"
#include "metrics/result/run_difference.hpp"

namespace walbench::metrics {
namespace {

using Runs = std::vector<MeasuredRun>;

bool same_identity(const Runs& one, const ConfigurationResult& other) {
  return identity_differences(*one.front().configuration, other).empty();
}

std::string label_of(const Runs& runs) {
  return configuration_label(runs.front().configuration->planned);
}

/// The runs of each configuration, in the order of their first one.
std::vector<Runs> by_configuration(const ResultSet& set) {
  std::vector<Runs> groups;
  for (const LoadedRun& run : set.runs) {
    for (const ConfigurationResult& configuration : run.configurations) {
      const auto found = std::ranges::find_if(
          groups, [&](const Runs& group) { return same_identity(group, configuration); });
      Runs& group = found == groups.end() ? groups.emplace_back() : *found;
      group.push_back({&run, &configuration});
    }
  }
  return groups;
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

void add_plan_differences(RunMatch& match, const MeasuredRun& first, const MeasuredRun& other) {
  const auto perturbed = [](const MeasuredRun& one) {
    return one.configuration->planned.perturb_ns != 0;
  };
  if (perturbed(first) != perturbed(other)) {
    const MeasuredRun& paused = perturbed(first) ? first : other;
    add_once(match.forbidding,
             fmt::format("threads of run {} were made to pause, and its timings say "
                         "nothing of runs without",
                         paused.run->run_id));
  }
  for (const std::string& difference :
       plan_differences(*first.configuration, *other.configuration)) {
    add_once(match.differences,
             fmt::format("{}: {}", configuration_label(first.configuration->planned), difference));
  }
}

/// The differences that make the hosts of two runs unlike.
std::vector<std::string> unlike_hosts(const LoadedRun& one, const LoadedRun& other) {
  if (one.environment && other.environment) {
    return host_differences(*one.environment, *other.environment);
  }
  if (one.environment_digest == other.environment_digest) return {};
  return {fmt::format("the environment (digests {} and {}; these files do not say more)",
                      one.environment_digest, other.environment_digest)};
}

void add_host_differences(RunMatch& match, const LoadedRun& first, const LoadedRun& other) {
  for (std::string& difference : unlike_hosts(first, other)) {
    add_once(match.differences, std::move(difference));
  }
  if (!first.environment || !other.environment) return;
  for (const std::string& difference : other_differences(*first.environment, *other.environment)) {
    add_once(match.notes, "differs: " + difference);
  }
}

/// The configuration of an earlier run that readers will set beside this one: the same or, if there
/// is none, the first of the same profile. Null if there is none either.
const ConfigurationResult* counterpart(const LoadedRun& earlier,
                                       const ConfigurationResult& configuration) {
  const auto same = std::ranges::find_if(earlier.configurations, [&](const auto& each) {
    return identity_differences(each, configuration).empty();
  });
  if (same != earlier.configurations.end()) return &*same;
  const auto alike = std::ranges::find_if(earlier.configurations, [&](const auto& each) {
    return each.planned.profile == configuration.planned.profile;
  });
  return alike == earlier.configurations.end() ? nullptr : &*alike;
}

/// Every run, of either side, against the first one before.
void find_differences(RunMatch& match) {
  if (match.matched.empty()) return;
  const LoadedRun& first_run = *match.matched.front().before.front().run;
  for (const MatchedRuns& runs : match.matched) {
    for (const Runs* const side : {&runs.before, &runs.after}) {
      for (const MeasuredRun& each : *side) {
        add_plan_differences(match, runs.before.front(), each);
        add_host_differences(match, first_run, *each.run);
      }
    }
  }
}

void note_runs_on_both_sides(RunMatch& match) {
  for (const MatchedRuns& runs : match.matched) {
    for (const MeasuredRun& one : runs.before) {
      const bool on_both = std::ranges::any_of(runs.after, [&](const MeasuredRun& other) {
        return one.run->run_id == other.run->run_id && one.run->instance == other.run->instance &&
               same_facts(*one.configuration, *other.configuration);
      });
      if (on_both) {
        add_once(match.notes, fmt::format("run {} is on both sides", one.run->run_id));
      }
    }
  }
}

bool is_of(const RunFailure& failure, const ConfigurationResult& configuration) {
  if (!failure.planned || !failure.mitigation.empty()) return false;
  ConfigurationResult failed;
  failed.planned = *failure.planned;
  return identity_differences(failed, configuration).empty();
}

/// Counts the failed runs of what is compared, and notes the other ones.
void add_failures(RunMatch& match, const ResultSet& set, const char* side,
                  std::vector<const RunFailure*> MatchedRuns::*failures) {
  for (const LoadedRun& run : set.runs) {
    for (const RunFailure& failure : run.failures) {
      const auto of = std::ranges::find_if(match.matched, [&](const MatchedRuns& runs) {
        return is_of(failure, *runs.before.front().configuration);
      });
      if (of != match.matched.end()) {
        ((*of).*failures).push_back(&failure);
      } else {
        add_once(match.notes, fmt::format("failed, {}: {}", side, failure.sentence));
      }
    }
  }
}

void note_what_is_left_out(RunMatch& match, const ResultSet& set, const char* side) {
  const auto has_mitigations = [](const LoadedRun& run) { return !run.mitigations.empty(); };
  if (std::ranges::any_of(set.runs, has_mitigations)) {
    match.notes.push_back(
        fmt::format("left out, {}: the files of mitigations, which are comparisons already", side));
  }
  if (!set.lone.empty()) {
    match.notes.push_back(
        fmt::format("left out, {}: {} from a column of values or from another program", side,
                    set.lone.size() == 1 ? "1 file" : fmt::format("{} files", set.lone.size())));
  }
}

}  // namespace

RunMatch match_runs(const ResultSet& before, const ResultSet& after) {
  RunMatch match;
  std::vector<Runs> befores = by_configuration(before);
  std::vector<Runs> afters = by_configuration(after);
  std::erase_if(befores, [&](Runs& one) {
    const auto other = std::ranges::find_if(
        afters, [&](const Runs& each) { return same_identity(each, *one.front().configuration); });
    if (other == afters.end()) return false;
    match.matched.push_back({std::move(one), std::move(*other), {}, {}});
    afters.erase(other);
    return true;
  });
  if (match.matched.empty() && befores.size() == 1 && afters.size() == 1) {
    match.differences = identity_differences(*befores.front().front().configuration,
                                             *afters.front().front().configuration);
    match.matched.push_back({std::move(befores.front()), std::move(afters.front()), {}, {}});
    befores.clear();
    afters.clear();
  }
  std::ranges::transform(befores, std::back_inserter(match.only_before), label_of);
  std::ranges::transform(afters, std::back_inserter(match.only_after), label_of);
  find_differences(match);
  note_runs_on_both_sides(match);
  add_failures(match, before, "before", &MatchedRuns::failed_before);
  add_failures(match, after, "after", &MatchedRuns::failed_after);
  note_what_is_left_out(match, before, "before");
  note_what_is_left_out(match, after, "after");
  return match;
}

std::vector<std::string> unlike_runs(const ResultSet& set) {
  std::vector<std::string> sentences;
  for (std::size_t later = 1; later < set.runs.size(); ++later) {
    const LoadedRun& first = set.runs.front();
    const LoadedRun& run = set.runs[later];
    std::vector<std::string> differences = unlike_hosts(first, run);
    for (const ConfigurationResult& each : run.configurations) {
      const ConfigurationResult* const other = counterpart(first, each);
      if (other == nullptr) continue;
      for (std::string& difference : plan_differences(*other, each)) {
        add_once(differences, std::move(difference));
      }
    }
    if (differences.empty()) continue;
    sentences.push_back(fmt::format(
        "runs {} and {} were not measured alike, so their figures are not comparable: {}",
        first.run_id, run.run_id, fmt::join(differences, ", ")));
  }
  return sentences;
}

}  // namespace walbench::metrics
