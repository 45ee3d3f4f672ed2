#pragma once

#include <string>
#include <vector>

#include "metrics/result/mitigation_result.hpp"
#include "storage/axes.hpp"
#include "storage/settings.hpp"
#include "storage/strategies.hpp"
#include "tools/bench/bench_plan.hpp"

namespace walbench::tools {

// All of these throw std::invalid_argument, with a sentence that names the option.

/// These axes, in the stack that was asked for: see in_stack().
storage::Axes as_asked(const BenchRequest& request, const storage::Axes& axes);

/// The strategy's axes, with the changes that were asked for.
storage::Axes effective_axes(const BenchRequest& request);

/// One connection for all needs a queue: the usual one, if none was named.
void complete_axes(storage::Axes& axes, bool queue_named);

/// The contradiction in the words of options.
std::string in_flags(const storage::Contradiction& found);

/// How a configuration with these axes checkpoints. Connections that close after each file keep
/// checkpointing by themselves if a checkpointer was asked for; see require_background_sensible().
/// With a library that has the WAL-reset bug, a plan is exposed to it only if that was asked for.
storage::CheckpointPlan checkpoint_plan(const BenchRequest& request, const storage::Axes& axes);

/// Refuses a checkpointer for the run's own strategy if it would hide what that strategy costs.
/// Mitigations that cannot have one are measured without.
void require_background_sensible(const BenchRequest& request, const storage::Axes& axes);

/// The mitigations that were named, and their companions, in the order of storage::kStrategies.
std::vector<storage::Strategy> named_mitigations(const BenchRequest& request);

metrics::MitigationInfo info_of(const storage::Strategy& strategy);

}  // namespace walbench::tools
