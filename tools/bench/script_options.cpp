#include "tools/bench/script_options.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "engine/workload/script/script_text.hpp"
#include "metrics/duration.hpp"
#include "tools/bench/examples.hpp"

namespace walbench::tools {
namespace {

constexpr std::int64_t kMostIterations = 1'000'000'000'000;
constexpr std::int64_t kMostWeight = 1'000'000;
constexpr std::int64_t kMostScale = 10'000;
constexpr std::int64_t kMostTries = 1'000'000;

/// `claim.sql@3`
Reader<ScriptSource> sources(bool built_in) {
  const auto read = [built_in](const std::string& text) {
    ScriptSource source{text, built_in};
    const std::size_t at = text.rfind('@');
    if (at == std::string::npos || at == 0) return source;
    source.name = text.substr(0, at);
    source.weight = whole_number<std::int64_t>(text.substr(at + 1), 0, kMostWeight);
    return source;
  };
  Reader<ScriptSource> reader{read, [](const ScriptSource& source) { return source.name; }};
  if (built_in) {
    for (const engine::BuiltinScript& each : engine::builtin_scripts()) {
      reader.choices.emplace_back(each.name);
    }
    for (const Example& each : examples()) {
      reader.choices.emplace_back(each.name);
    }
    reader.completion = Completion::choices;
  } else {
    reader.completion = Completion::file;
  }
  return reader;
}

/// `accounts=1000`
Reader<engine::ScriptDefinition> definitions() {
  const auto read = [](const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals == std::string::npos || !engine::is_variable_name(name)) {
      throw std::invalid_argument(fmt::format("'{}' is not NAME=VALUE, as in accounts=1000", text));
    }
    return engine::ScriptDefinition{name, text.substr(equals + 1)};
  };
  return {read, [](const engine::ScriptDefinition& each) {
            return fmt::format("{}={}", each.name, each.value);
          }};
}

/// With a unit, or in seconds as pgbench has it.
Reader<std::chrono::nanoseconds> seconds_or_durations() {
  Reader<std::chrono::nanoseconds> reader = durations(std::chrono::milliseconds(1));
  reader.read = [read = reader.read](const std::string& text) {
    const bool plain = text.find_first_not_of("0123456789") == std::string::npos;
    return read(plain ? text + "s" : text);
  };
  return reader;
}

/// Options of file lifecycles, and why scripts have no use for them.
struct OfLifecycles {
  std::string_view name;
  std::string_view why;
};
constexpr std::string_view kPauses =
    "is about the API calls of file lifecycles; a script pauses with \\sleep";
constexpr std::array<OfLifecycles, 10> kOfLifecycles = {{
    {"--profile", kPauses},
    {"--quick", kPauses},
    {"--api-delay", kPauses},
    {"--fail-rate", kPauses},
    {"--files", "counts file lifecycles; of scripts, write --iterations"},
    {"--schema", "is that of file lifecycles; --setup makes the tables of scripts"},
    {"--guard", "is about the statements of file lifecycles; a script has its own"},
    {"--ack-log", "writes down transitions of file lifecycles; a script has none"},
    {"--ceiling",
     "repeats writes that are known beforehand; what a script writes depends on what it draws and "
     "reads"},
    {"--study", "judges the thresholds of file lifecycles; --fail-if sets limits of your own"},
}};
constexpr std::array<std::string_view, 6> kOfScripts = {"--setup", "--define",   "--scale",
                                                        "--db",    "--duration", "--iterations"};

/// Options of pgbench with another meaning, or none, here.
struct Elsewhere {
  std::string_view name;
  Takes takes;
  std::string_view instead;
};
constexpr std::array<Elsewhere, 14> kElsewhere = {{
    {"-j,--jobs", Takes::one, "each client has a thread of its own; -c says how many"},
    {"-t,--transactions", Takes::one,
     "pgbench counts by client; write --iterations N, which counts those of all clients"},
    {"-M,--protocol", Takes::one, "statements are always prepared"},
    {"-i,--initialize", Takes::nothing,
     "the tables of built-in scripts are made by themselves, each time anew; -s says how large"},
    {"-C,--connect", Takes::nothing, "write --connection per-file"},
    {"-l,--log", Takes::nothing,
     "every iteration is in the histograms; --interval DUR writes a log over time"},
    {"-r,--report-per-command", Takes::nothing,
     "failures are told by statement, and times by part of the transaction"},
    {"-R,--rate", Takes::one, "clients work as fast as they can; a rate cannot be set yet"},
    {"-L,--latency-limit", Takes::one, "write --fail-if 'p99>5ms'"},
    {"-P", Takes::one, "write --interval DUR for a log over time, or --progress always"},
    {"-v,--vacuum-all", Takes::nothing, "the database is new each time, so there is nothing to do"},
    {"-d,--debug", Takes::nothing, "write --details"},
    {"--random-seed", Takes::one, "write --seed N"},
    {"--show-script", Takes::one, "the built-in scripts are those of pgbench, word for word"},
}};

}  // namespace

void add_scripts(Options& options, ScriptRequest& request) {
  options.section("Your own workload");
  options.values("--script", "FILE[@WEIGHT]",
                 "run this transaction script, in pgbench's language, instead of file lifecycles. "
                 "May be given several times: then each client draws the next script by weight",
                 Takes::one_each_time, request.scripts, sources(false));
  options.also("-f,--file");
  options.values("--builtin", "NAME[@WEIGHT]",
                 "likewise a script that pgbench has built in, on pgbench's tables (tpcb-like, "
                 "simple-update, select-only), or an example on tables of its own (counter, "
                 "ingest, job-queue, session-store)",
                 Takes::one_each_time, request.scripts, sources(true));
  options.also("-b");
  options.value("--scale", "N",
                "size of pgbench's tables (100,000 accounts each), and the variable of that name",
                request.scale, whole_numbers<std::int64_t>(1, kMostScale));
  options.also("-s");
  options.value("--setup", "FILE",
                "SQL that makes the tables and rows, or changes those of --db; its comment lines "
                "'-- walbench: check QUERY' are checked after each measurement",
                request.setup, paths());
  options.value("--db", "PATH",
                "your own database, which stays as it is: each measurement works on a private copy",
                request.db, paths());
  options.values("--define", "NAME=VALUE", "a variable of all scripts; may be given several times",
                 Takes::one_each_time, request.definitions, definitions());
  options.also("-D");
  options.value("--duration", "DUR",
                "how long each measurement lasts; a number alone is seconds [10s]",
                request.duration, seconds_or_durations());
  options.also("-T,--time");
  options.value("--iterations", "N", "executions of scripts in all, instead of --duration",
                request.iterations, whole_numbers<std::int64_t>(1, kMostIterations));
  options.value("--max-tries", "N",
                "attempts of what lost a race, because the database was locked (SQLITE_BUSY) or by "
                "'expect N else retry': of a script's execution, of each transaction of a file "
                "lifecycle; 0: as many as it takes",
                request.retry.max_tries, whole_numbers<std::int64_t>(0, kMostTries));
  options.value("--retry-delay", "DUR", "how long to wait before each further attempt",
                request.retry.delay, durations());
  const auto short_for = [&options, &request](const std::string& name, std::string_view script) {
    options.hidden(name, Takes::nothing, [&request, script](const std::string&) {
      request.scripts.push_back({.name = std::string(script), .built_in = true});
    });
  };
  short_for("-S,--select-only", "select-only");
  short_for("-N,--skip-some-updates", "simple-update");
  options.hidden("-n,--no-vacuum", Takes::nothing, [](const std::string&) {});
  for (const Elsewhere& each : kElsewhere) {
    options.elsewhere(std::string(each.name), each.takes, std::string(each.instead));
  }
}

void require_one_workload(const ScriptRequest& request, const std::set<std::string>& given) {
  if (request.scripts.empty()) {
    if (given.contains("--db")) {
      refuse("--db",
             "is your own database, on which --script runs; --keep-db FILE keeps the one that file "
             "lifecycles make, and --dir says where it lies");
    }
    for (const std::string_view option : kOfScripts) {
      if (given.contains(std::string(option))) {
        refuse(option, "belongs to scripts; name one with --script or --builtin");
      }
    }
    return;
  }
  for (const OfLifecycles& each : kOfLifecycles) {
    if (given.contains(std::string(each.name))) refuse(each.name, each.why);
  }
  if (request.duration && request.iterations) {
    refuse("--iterations", "cannot be combined with --duration");
  }
}

}  // namespace walbench::tools
