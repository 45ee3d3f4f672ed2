#include "engine/study.hpp"

#include <optional>
#include <utility>

#include "engine/ceiling.hpp"
#include "metrics/analysis/limit_verdicts.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;

/// One study on its way through its plan.
class Study {
 public:
  Study(const RunPlan& plan, const RunContext& context, StudyListener& listener)
      : plan_(plan), context_(context), listener_(listener) {}

  void run() {
    if (plan_.ceiling) measure_ceilings();
    for (const ConfigurationPlan& configuration : plan_.configurations) {
      if (auto result = measure(configuration, context_)) listener_.on_measured(std::move(*result));
    }
    for (const MitigationPlan& mitigation : plan_.mitigations) {
      const std::size_t after = index_ + 2 * static_cast<std::size_t>(mitigation.repeats);
      measure_pairs(mitigation);
      index_ = after;
    }
  }

 private:
  void measure_ceilings() {
    try {
      ceiling_ = measure_ceiling(plan_, context_);
      listener_.on_ceiling(ceiling_);
    } catch (const RunFailed& failed) {
      listener_.on_failed({"ceiling", failed.phase(), failed.what(), failed.remedy(), {}, {}});
    }
  }

  void measure_pairs(const MitigationPlan& pairs) {
    RunContext without_log = context_;
    without_log.open_interval_log = nullptr;
    for (std::int64_t repeat = 0; repeat < pairs.repeats; ++repeat) {
      auto baseline = measure(pairs.baseline, without_log, pairs.info.name);
      if (!baseline) return;
      auto mitigation = measure(pairs.mitigation, without_log, pairs.info.name);
      if (!mitigation) return;
      listener_.on_pair(pairs, std::move(*baseline), std::move(*mitigation));
    }
  }

  /// No value if it failed; the listener has been called then.
  std::optional<ConfigurationResult> measure(const ConfigurationPlan& configuration,
                                             const RunContext& context,
                                             const std::string& for_mitigation = {}) {
    try {
      ConfigurationResult result = measure_configuration(configuration, index_++, context);
      if (const metrics::CeilingPoint* const ceiling = ceiling_of(configuration, ceiling_)) {
        result.ceiling = *ceiling;
      }
      result.verdicts = metrics::judge(result, plan_.limits);
      return result;
    } catch (const RunFailed& failed) {
      listener_.on_failed({label(configuration), failed.phase(), failed.what(), failed.remedy(),
                           configuration.planned(), for_mitigation});
      return std::nullopt;
    }
  }

  const RunPlan& plan_;
  const RunContext& context_;
  StudyListener& listener_;
  std::vector<metrics::CeilingPoint> ceiling_;
  std::size_t index_ = 0;  ///< of the next measurement, as RunPlan::measurements() counts
};

}  // namespace

void measure_all(const RunPlan& plan, const RunContext& context, StudyListener& listener) {
  Study(plan, context, listener).run();
}

}  // namespace walbench::engine
