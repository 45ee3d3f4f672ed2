#include "engine/process/messages.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "engine/process/packed_json.hpp"
#include "engine/workload/script/script.hpp"
#include "storage/axes.hpp"

namespace walbench::engine {
namespace packing {

using storage::Axes;
using storage::BusyHandlerAxis;
using storage::CheckpointPlan;
using storage::CommitAxis;
using storage::ConnectionAxis;
using storage::ConnectionSettings;
using storage::EngineFacts;
using storage::Perturbation;
using storage::Pragma;

/// A value of an axis goes by its name.
template <typename Value, const storage::Axis<Value>& axis>
struct ByName {
  static constexpr bool kIs = true;
  static Json pack(const Value& value) { return storage::axis_name(value); }
  static void unpack(const Json& json, Value& value) {
    value = storage::parse_axis(axis, json.get_ref<const std::string&>()).value();
  }
};
template <>
struct Special<ConnectionAxis> : ByName<ConnectionAxis, storage::kConnectionAxis> {};
template <>
struct Special<CommitAxis> : ByName<CommitAxis, storage::kCommitAxis> {};
template <>
struct Special<BusyHandlerAxis> : ByName<BusyHandlerAxis, storage::kBusyHandlerAxis> {};

template <>
struct Special<ApiDelay> {
  static constexpr bool kIs = true;
  static Json pack(const ApiDelay& delay) { return delay.text(); }
  static void unpack(const Json& json, ApiDelay& delay) {
    const auto text = json.get<std::string>();
    delay = text == ApiDelay().text() ? ApiDelay() : ApiDelay::parse(text);
  }
};

template <>
struct Members<Axes> {
  static auto of(auto& axes) {
    auto& [connection, begin, guard, queue, commit, busy_handler] = axes;
    return std::tie(connection, begin, guard, queue, commit, busy_handler);
  }
};
template <>
struct Members<CheckpointPlan> {
  static auto of(auto& plan) {
    auto& [mode, every_frames, wal_cap_frames, kind] = plan;
    return std::tie(mode, every_frames, wal_cap_frames, kind);
  }
};
template <>
struct Members<Perturbation> {
  static auto of(auto& perturbation) {
    auto& [longest, seed] = perturbation;
    return std::tie(longest, seed);
  }
};
template <>
struct Members<Pragma> {
  static auto of(auto& pragma) {
    auto& [name, value] = pragma;
    return std::tie(name, value);
  }
};
template <>
struct Members<ConnectionSettings> {
  static auto of(auto& settings) {
    auto& [synchronous, busy_timeout, checkpoint, perturbation, pragmas] = settings;
    return std::tie(synchronous, busy_timeout, checkpoint, perturbation, pragmas);
  }
};
template <>
struct Members<EngineFacts> {
  static auto of(auto& facts) {
    auto& [version, source_id, compile_options, has_wal_reset_bug] = facts;
    return std::tie(version, source_id, compile_options, has_wal_reset_bug);
  }
};
template <>
struct Members<ScriptFile> {
  static auto of(auto& file) {
    auto& [name, text, weight] = file;
    return std::tie(name, text, weight);
  }
};
template <>
struct Members<ScriptDefinition> {
  static auto of(auto& definition) {
    auto& [name, value] = definition;
    return std::tie(name, value);
  }
};
template <>
struct Members<ScriptPlan> {
  static auto of(auto& plan) {
    auto& [files, definitions, scale, seed] = plan;
    return std::tie(files, definitions, scale, seed);
  }
};
template <>
struct Members<Invariant> {
  static auto of(auto& invariant) {
    auto& [sql, meaning] = invariant;
    return std::tie(sql, meaning);
  }
};

/// Scripts are handed over as they were written, and compiled once more: what was compiled here
/// compiles there. Their database is an image by now, whatever it was made of.
template <>
struct Special<ScriptJob> {
  static constexpr bool kIs = true;
  static Json pack(const ScriptJob& job) {
    const auto& [name, source, set, content, checks, digest] = job;
    return Json::array(
        {name, packing::pack(source), packing::pack(content.image), packing::pack(checks), digest});
  }
  static void unpack(const Json& json, ScriptJob& job) {
    auto& [name, source, set, content, checks, digest] = job;
    const auto parts = std::tie(name, source, content.image, checks, digest);
    std::size_t next = 0;
    std::apply([&](auto&... each) { (packing::unpack(json.at(next++), each), ...); }, parts);
    CompiledScripts compiled = compile_scripts(source);
    if (!compiled.problems.empty()) {
      throw RunFailed("scripts changed on the way to another process", Phase::seed);
    }
    set = std::move(compiled.set);
  }
};
template <>
struct Special<std::shared_ptr<const ScriptJob>> {
  static constexpr bool kIs = true;
  static Json pack(const std::shared_ptr<const ScriptJob>& job) {
    return job ? packing::pack(*job) : Json();
  }
  static void unpack(const Json& json, std::shared_ptr<const ScriptJob>& job) {
    if (json.is_null()) return;
    auto unpacked = std::make_shared<ScriptJob>();
    packing::unpack(json, *unpacked);
    job = std::move(unpacked);
  }
};
template <>
struct Members<RetryPlan> {
  static auto of(auto& retry) {
    auto& [max_tries, delay] = retry;
    return std::tie(max_tries, delay);
  }
};
template <>
struct Members<EngineLibrary> {
  static auto of(auto& library) {
    auto& [file, version, source_id, wal_reset_bug] = library;
    return std::tie(file, version, source_id, wal_reset_bug);
  }
};
template <>
struct Members<ConfigurationPlan> {
  static auto of(auto& plan) {
    auto& [scripts, retry, duration, threads, readers, hold_snapshot, beside, profile, api_delay,
           api_fail_rate, as, strategy, axes, files, warmup_files, schema, settings, seed, library,
           memory_statistics, own_process, anatomy, wal_reset_exposed, varied, limits] = plan;
    return std::tie(scripts, retry, duration, threads, readers, hold_snapshot, beside, profile,
                    api_delay, api_fail_rate, as, strategy, axes, files, warmup_files, schema,
                    settings, seed, library, memory_statistics, own_process, anatomy,
                    wal_reset_exposed, varied, limits);
  }
};
template <>
struct Members<ImageOrder> {
  static auto of(auto& order) {
    auto& [scripts, setup, has_pgbench_tables, user_database, image] = order;
    return std::tie(scripts, setup, has_pgbench_tables, user_database, image);
  }
};
template <>
struct Members<Position> {
  static auto of(auto& position) {
    auto& [line, column] = position;
    return std::tie(line, column);
  }
};
template <>
struct Members<ScriptProblem> {
  static auto of(auto& problem) {
    auto& [file, position, message] = problem;
    return std::tie(file, position, message);
  }
};
template <>
struct Members<storage::CopyReport> {
  static auto of(auto& report) {
    auto& [bytes, took, in_wal_mode, longest_step] = report;
    return std::tie(bytes, took, in_wal_mode, longest_step);
  }
};
template <>
struct Members<MadeImage> {
  static auto of(auto& made) {
    auto& [problems, copied] = made;
    return std::tie(problems, copied);
  }
};
template <>
struct Members<Order> {
  static auto of(auto& order) {
    auto& [work, plan, group_size, database, interval_log, interval, ack_log, ack_descriptor,
           image] = order;
    return std::tie(work, plan, group_size, database, interval_log, interval, ack_log,
                    ack_descriptor, image);
  }
};
template <>
struct Members<Measured> {
  static auto of(auto& measured) {
    auto& [result, resident_peak_bytes, engine_peak_bytes] = measured;
    return std::tie(result, resident_peak_bytes, engine_peak_bytes);
  }
};
template <>
struct Members<Failure> {
  static auto of(auto& failure) {
    auto& [sentence, phase, remedy] = failure;
    return std::tie(sentence, phase, remedy);
  }
};

}  // namespace packing

std::string Order::subject() const {
  switch (work) {
    case Work::image: return "the database of the scripts";
    case Work::write_raw: return "ceiling";
    case Work::measure: break;
  }
  return label(plan);
}

template <typename T>
std::string to_bytes(const T& value) {
  std::string bytes;
  packing::Json::to_cbor(packing::pack(value), bytes);
  return bytes;
}

template <typename T>
T from_bytes(std::string_view bytes) {
  T value{};
  try {
    packing::unpack(packing::Json::from_cbor(bytes), value);
  } catch (const std::exception& error) {
    throw RunFailed(
        fmt::format("a message between processes was cut off or changed ({})", error.what()),
        Phase::seed);
  }
  return value;
}

template std::string to_bytes(const Order&);
template Order from_bytes(std::string_view);
template std::string to_bytes(const Measured&);
template Measured from_bytes(std::string_view);
template std::string to_bytes(const MadeImage&);
template MadeImage from_bytes(std::string_view);
template std::string to_bytes(const Failure&);
template Failure from_bytes(std::string_view);
template std::string to_bytes(const storage::EngineFacts&);
template storage::EngineFacts from_bytes(std::string_view);
template std::string to_bytes(const Phase&);
template Phase from_bytes(std::string_view);
template std::string to_bytes(const std::int64_t&);
template std::int64_t from_bytes(std::string_view);
template std::string to_bytes(const double&);
template double from_bytes(std::string_view);

}  // namespace walbench::engine
