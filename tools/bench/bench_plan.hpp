#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/bench/bench_options.hpp"

namespace walbench::tools {

/// The command line as text, before it means anything.
struct BenchArguments {
  std::string threads = "1,10,50";
  std::string profile = "zero,realistic";
  bool quick = false;
  std::optional<std::string> api_delay;
  std::string fail_rate = "0";
  std::string files = "818";
  std::string strategy = "per-file";
  std::string connection;
  std::string begin;
  std::string guard;
  std::string queue;
  std::optional<std::string> commit;
  std::vector<std::string> gates;
  std::optional<std::string> mitigations;
  bool shared_connection = false;
  std::optional<std::string> mitigate_at;
  std::optional<std::string> repeat;
  bool study = false;
  std::string schema = "bench";
  std::string synchronous = "normal";
  std::string busy_timeout = "5s";
  std::optional<std::string> wal_autocheckpoint;
  std::optional<std::string> checkpoint;
  std::optional<std::string> wal_cap;
  bool ceiling = false;
  bool anatomy = false;
  std::optional<std::string> interval;
  std::optional<std::string> ack_log;
  std::optional<std::string> db;
  bool keep_db = false;
  std::string results = "results";
  bool results_named = false;
  std::optional<std::string> warmup;
  std::string seed = "42";
  std::string progress = "auto";
  bool details = false;
  bool wall_profile = false;
  bool quiet = false;
};

/// What they ask for. Throws std::invalid_argument, with a sentence that names the option.
BenchOptions plan_bench(const BenchArguments& arguments);

}  // namespace walbench::tools
