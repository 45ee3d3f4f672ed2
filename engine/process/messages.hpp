#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/plan.hpp"
#include "engine/workload/script/script.hpp"
#include "storage/copy_report.hpp"
#include "storage/engines/engine.hpp"

// The messages between a process that wants a measurement and the child that makes it. channel.hpp
// carries them.
namespace walbench::engine {

/// The kind of a message.
enum class Word : std::uint8_t {
  // The child's.
  hello,        ///< EngineFacts: it has started, and waits for its order
  phase,        ///< Phase
  done,         ///< std::int64_t: so many more iterations
  result,       ///< Measured
  raw_result,   ///< double: writes a second
  made_image,   ///< MadeImage
  failed,       ///< Failure
  interrupted,  ///< nothing: it was stopped before it had a result
  // The parent's. If it hangs up, the child stops.
  order,  ///< Order
};

enum class Work : std::uint8_t {
  measure,    ///< measure_configuration()
  write_raw,  ///< write_raw() of the ceiling
  image,      ///< make_image()
};

/// The database that scripts start from.
struct ImageOrder {
  ScriptPlan scripts = {.files = {}};
  ScriptFile setup = {};                     ///< without text: there is none
  bool has_pgbench_tables = false;           ///< to begin with
  std::filesystem::path user_database = {};  ///< or a copy of this one; empty: neither
  std::filesystem::path image = {};          ///< an empty file, in which it is made
};

/// The result of an ImageOrder.
struct MadeImage {
  std::vector<ScriptProblem> problems;        ///< none: it can be used
  std::optional<storage::CopyReport> copied;  ///< of the user's database
};

/// The work of a child.
struct Order {
  Work work = Work::measure;
  ConfigurationPlan plan;
  std::int64_t group_size = 1;         ///< with write_raw: transactions that are committed together
  std::filesystem::path database;      ///< an empty file, which stays the parent's
  std::filesystem::path interval_log;  ///< empty: there is to be none
  std::chrono::nanoseconds interval{0};
  std::string ack_log = {};  ///< its name; empty: there is to be none
  int ack_descriptor = -1;   ///< where it is open
  ImageOrder image = {};     ///< for the work of that name, which needs nothing else

  /// How sentences about it begin.
  std::string subject() const;
};

/// The result of Work::measure.
struct Measured {
  std::string result;                             ///< as metrics::encode_result() has it
  std::int64_t resident_peak_bytes = 0;           ///< of the child
  std::optional<std::int64_t> engine_peak_bytes;  ///< absent: the engine kept no account
};

/// The reason why a child has no result.
struct Failure {
  std::string sentence;
  Phase phase = Phase::seed;
  storage::Remedy remedy = storage::Remedy::none;
};

/// Any of these values as JSON in its binary form, CBOR, which takes texts in any encoding.
template <typename T>
std::string to_bytes(const T& value);

/// The value that to_bytes() was given. Throws RunFailed if it was of another kind.
template <typename T>
T from_bytes(std::string_view bytes);

}  // namespace walbench::engine
