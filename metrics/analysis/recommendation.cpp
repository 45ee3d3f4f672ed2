#include "metrics/analysis/recommendation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "metrics/analysis/findings.hpp"
#include "metrics/analysis/wal_reset.hpp"
#include "metrics/ratio_text.hpp"
#include "metrics/result/key.hpp"
#include "metrics/result/words.hpp"

namespace walbench::metrics {
namespace {

std::string change_text(const FigureChange& figure, const Words& words) {
  std::string text =
      fmt::format("{} {}", words.figure(figure.name()), ratio_text(figure.change.ratio));
  if (const auto& interval = figure.change.interval) {
    text += fmt::format(" ({} .. {})", ratio_text(interval->low), ratio_text(interval->high));
  }
  return text;
}

/// The changes of throughput and of P95 of fsm_net that are shown.
std::string gain_text(const std::vector<FigureChange>& changes, const Words& words) {
  std::string text;
  for (const std::string_view name : {kThroughput, std::string_view("fsm_net P95")}) {
    const FigureChange* const figure = find_change(changes, name);
    if (figure == nullptr || !figure->change.shown()) continue;
    text += (text.empty() ? "" : ", ") + change_text(*figure, words);
  }
  return text;
}

/// Mitigations and what was found of them, with the ranks of those that could be compared.
class Candidates {
 public:
  Candidates(const std::vector<MitigationResult>& mitigations, const Findings& findings)
      : mitigations_(mitigations),
        findings_(findings.mitigations),
        ranking_(findings.ranking),
        wal_reset_(findings.wal_reset) {}

  Recommendation recommend() const {
    Recommendation found;
    const std::optional<std::size_t> best = simplest();
    if (best) {
      recommend_change(*best, found);
    } else {
      recommend_none(found);
    }
    add_largest_gain(best, found);
    found.sentences.push_back(baseline_sentence());
    add_load(best, found);
    if (wal_reset_) found.sentences.insert(found.sentences.begin(), *wal_reset_ + ".");
    return found;
  }

 private:
  bool admissible(std::size_t index) const { return findings_[index].objections.empty(); }

  /// The simplest admissible one with a gain; of equally simple ones that of the larger gain.
  std::optional<std::size_t> simplest() const {
    std::optional<std::size_t> best;
    for (const std::size_t index : ranking_) {
      if (!admissible(index) || findings_[index].gain != Gain::shown) continue;
      if (!best || mitigations_[index].info.effort < mitigations_[*best].info.effort) best = index;
    }
    return best;
  }

  void recommend_change(std::size_t index, Recommendation& found) const {
    const MitigationInfo& info = mitigations_[index].info;
    found.advice = Advice::change;
    found.mitigation = info.name;
    found.sentences = {
        fmt::format("{}, the simplest that gains and harms nobody: {}.", info.name,
                    gain_text(findings_[index].changes, words())),
        fmt::format("Its cost: {}. Its risk: {}.", info.cost, findings_[index].risk)};
    if (auto warning = newly_exposed(mitigations_[index])) {
      found.sentences.push_back(std::move(*warning));
    }
    const std::string& slowest = findings_[index].slowest_users;
    if (!slowest.empty()) found.sentences.push_back("Its slowest users: " + slowest + ".");
  }

  void recommend_none(Recommendation& found) const {
    const std::string& strategy = baseline().planned.strategy;
    const bool unclear = std::ranges::any_of(ranking_, [&](std::size_t index) {
      return admissible(index) && findings_[index].gain == Gain::unclear;
    });
    if (!unclear) {
      found.advice = Advice::keep;
      found.sentences = {fmt::format(
          "keep {}: no admissible change gains 5 % or more of throughput or of P95.", strategy)};
      return;
    }
    constexpr std::int64_t kEnough = 5;
    const auto repeats =
        static_cast<std::int64_t>(mitigations_[ranking_.front()].baseline.repeats.size());
    found.advice = Advice::cannot_tell;
    found.repeats = repeats < kEnough ? kEnough : 2 * repeats;
    found.sentences = {fmt::format(
        "cannot tell whether to keep {}: chance alone may have moved the figures as much. {} is "
        "not "
        "enough on this machine; measure each change {} times.",
        strategy, repeats == 1 ? "One repeat" : fmt::format("{} repeats", repeats), found.repeats)};
  }

  /// What gains most, if it is not what is recommended.
  void add_largest_gain(std::optional<std::size_t> best, Recommendation& found) const {
    const auto gains = std::ranges::find_if(
        ranking_, [&](std::size_t index) { return findings_[index].gain == Gain::shown; });
    if (gains == ranking_.end() || best == *gains) return;
    const MitigationInfo& info = mitigations_[*gains].info;
    const MitigationFindings& findings = findings_[*gains];
    std::string text =
        fmt::format("{} gained most: {}", info.name, gain_text(findings.changes, words()));
    if (findings.objections.empty()) {
      text += fmt::format(". Its cost: {}. Its risk: {}", info.cost, findings.risk);
    } else {
      text += fmt::format(". It is not recommended: {}", fmt::join(findings.objections, "; "));
    }
    if (!findings.slowest_users.empty()) {
      text += fmt::format(". Its slowest users: {}", findings.slowest_users);
    }
    found.sentences.push_back(text + ".");
  }

  std::string baseline_sentence() const {
    const std::string label = configuration_label(baseline().planned);
    if (baseline().unsaved_peak > 0) {
      return fmt::format("The baseline, {}, acknowledges up to {} {} before they are durable.",
                         label, baseline().unsaved_peak, words().writes);
    }
    const ConfigurationFindings& findings = findings_[first()].baseline;
    if (findings.verdicts.empty()) return fmt::format("No limit applies to {}.", label);
    return fmt::format("The baseline, {}, {} its limits itself.", label,
                       findings.every_limit_met() ? "meets" : "does not meet");
  }

  void add_load(std::optional<std::size_t> best, Recommendation& found) const {
    const auto loaded = [&](std::size_t index) {
      return findings_[index].baseline.loaded || findings_[index].mitigation.loaded;
    };
    const bool any = best ? loaded(*best) : std::ranges::any_of(ranking_, loaded);
    if (!any) return;
    found.sentences.emplace_back(
        "This was measured while others used the machine: measure it again when it is idle, before "
        "you rely on it.");
  }

  std::size_t first() const { return *std::ranges::min_element(ranking_); }
  const Words& words() const { return words_of(baseline()); }
  const ConfigurationResult& baseline() const { return mitigations_[first()].baseline.pooled; }

  const std::vector<MitigationResult>& mitigations_;
  const std::vector<MitigationFindings>& findings_;
  const std::vector<std::size_t>& ranking_;
  const std::optional<std::string>& wal_reset_;
};

}  // namespace

std::string_view advice_name(Advice advice) {
  switch (advice) {
    case Advice::change: return "change";
    case Advice::keep: return "keep";
    case Advice::cannot_tell: break;
  }
  return "cannot tell";
}

std::optional<Recommendation> recommend(const std::vector<MitigationResult>& mitigations,
                                        const Findings& findings) {
  if (findings.ranking.empty()) return std::nullopt;
  return Candidates(mitigations, findings).recommend();
}

}  // namespace walbench::metrics
