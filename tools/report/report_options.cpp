#include "tools/report/report_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "metrics/duration.hpp"
#include "metrics/result/environment.hpp"
#include "tools/program/exit_code.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kFooter = R"(
Files of bench are put together to configurations and runs, exactly. Interval logs (.hlog, and the
.hdr of YCSB) are told interval by interval. Of another program's .hgrm file the percentiles are
read from its rows, and marked approximate. A folder stands for all .hgrm and .hlog files in it.

--compare takes several runs of the same configuration for repeats, and intervals from how these
differ; with one run a side it resamples the histograms, which knows nothing of how runs differ.
A --fail-if is SEGMENT.PERCENTILE>+X%, SEGMENT.PERCENTILE<-X%, or transitions_per_second<-X%, and
counts where the change can be told from chance. What is past the limit but may be chance, or rests
on too few samples or runs, is UNDECIDED: no failure.

exit codes:
  0    everything was read and told
  1    the same, and a --fail-if was met
  2    wrong usage: nothing was done
  3    a file could not be used (the others were told), what was to be compared is unlike, or the
       output could not be written
  130  interrupted (SIGINT); another signal gives 128 + its number

examples:
  report results/*.hgrm
  report results --html study.html
  report results/*.hlog --details
  report --compare before/ --with after/ --fail-if 'lock_wait.p99>+10%'
  report --merge all.hgrm host1/*fsm_net_ms.hgrm host2/*fsm_net_ms.hgrm
  report --format csv results/*.hgrm > percentiles.csv
  report --values latencies_ns.txt --hgrm latencies.hgrm
  awk '{print $7 * 1000}' service.log | report --values - --hgrm service.hgrm)";

struct RawOptions {
  std::vector<std::string> files;
  std::string values;
  std::string hgrm;
  std::string expected_interval;
  std::vector<std::string> compare;
  std::vector<std::string> with;
  std::vector<std::string> fail_if;
  std::string merge;
  std::string html;
  std::string format;
  bool force = false;
  bool details = false;
  bool plot = false;
};

using Parsed = std::variant<ReportFiles, ReportCompare, ReportMerge, ReportValues, ParseEnd>;

void require(bool condition, const char* otherwise) {
  if (!condition) throw std::invalid_argument(otherwise);
}

ReportFormat format_from(const std::string& name) {
  if (name.empty() || name == "table") return ReportFormat::table;
  if (name == "markdown") return ReportFormat::markdown;
  if (name == "json") return ReportFormat::json;
  if (name == "csv") return ReportFormat::csv;
  throw std::invalid_argument(
      fmt::format("--format: '{}' is none of table, markdown, json and csv", name));
}

ReportValues checked_values(const RawOptions& raw) {
  require(raw.files.empty(), "--values FILE --hgrm OUT takes no further files");
  ReportValues values{raw.values, raw.hgrm, {}};
  if (!raw.expected_interval.empty()) {
    values.expected_interval = metrics::parse_duration(raw.expected_interval);
  }
  return values;
}

ReportCompare checked_compare(const RawOptions& raw) {
  require(raw.files.empty(), "--compare BASE... --with NEW... takes no further files");
  ReportCompare compare{.base = {raw.compare.begin(), raw.compare.end()},
                        .with = {raw.with.begin(), raw.with.end()},
                        .force = raw.force,
                        .limits = {},
                        .format = format_from(raw.format)};
  for (const std::string& text : raw.fail_if) {
    compare.limits.push_back(metrics::parse_regression_limit(text));
  }
  return compare;
}

ReportFiles checked_files(const RawOptions& raw) {
  require(!raw.files.empty(),
          "no files; name .hgrm files, such as results/*.hgrm, which bench writes");
  ReportFiles files{.paths = {raw.files.begin(), raw.files.end()},
                    .details = raw.details,
                    .plot = raw.plot,
                    .format = format_from(raw.format),
                    .html = {}};
  require(!raw.plot || files.format == ReportFormat::table, "--plot goes with --format table");
  if (!raw.html.empty()) files.html = raw.html;
  return files;
}

/// Each of these chooses what is done; the other options are about how.
void require_one_purpose(const RawOptions& raw) {
  require(raw.values.empty() == raw.hgrm.empty(), "--values FILE and --hgrm OUT go together");
  require(raw.compare.empty() == raw.with.empty(),
          "--compare BASE... and --with NEW... go together");
  const bool values = !raw.values.empty();
  const bool compare = !raw.compare.empty();
  const bool merge = !raw.merge.empty();
  const bool html = !raw.html.empty();
  require(int{values} + int{compare} + int{merge} + int{html} <= 1,
          "--values, --compare, --merge and --html each do something else; choose one");
  require(values || raw.expected_interval.empty(),
          "--expected-interval goes with --values FILE --hgrm OUT");
  require(compare || raw.fail_if.empty(), "--fail-if goes with --compare BASE... --with NEW...");
  require(compare || !raw.force, "--force goes with --compare BASE... --with NEW...");
  require(!(values || compare || merge || html) || !(raw.details || raw.plot),
          "--details and --plot are of the tables of files alone");
  require(!(values || merge || html) || raw.format.empty(),
          "--format is of what goes to standard output; --values, --merge and --html write files");
}

Parsed checked(const RawOptions& raw) {
  require_one_purpose(raw);
  if (!raw.values.empty()) return checked_values(raw);
  if (!raw.compare.empty()) return checked_compare(raw);
  if (raw.merge.empty()) return checked_files(raw);
  require(!raw.files.empty(), "--merge OUT: no files to merge");
  return ReportMerge{raw.merge, {raw.files.begin(), raw.files.end()}};
}

/// An empty value, as of a shell's variable that is not set, must not count as an option not given.
void refuse_empty_values(const CLI::App& app) {
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& value : option->results()) {
      if (value.empty()) {
        throw std::invalid_argument(option->get_name() + " is given an empty value");
      }
    }
  }
}

void add_options(CLI::App& app, RawOptions& raw) {
  app.add_option(
      "FILES", raw.files,
      "files in the .hgrm format, interval logs in the .hlog format, or folders of them");
  app.add_flag("--details", raw.details,
               "print every configuration in full, also where a run has several");
  app.add_flag("--plot", raw.plot, "draw percentile curves in text besides the tables");
  app.add_option("--format", raw.format,
                 "how to print: table, markdown, json or csv; table unless named");
  app.add_option(
      "--html", raw.html,
      "instead: writes a page with pictures, which needs nothing but itself; - writes it "
      "to standard output");
  app.add_option("--compare", raw.compare,
                 "instead: says what changed from these files or folders ...")
      ->expected(1, CLI::detail::expected_max_vector_size);
  app.add_option("--with", raw.with, "... to these")
      ->expected(1, CLI::detail::expected_max_vector_size);
  app.add_option("--fail-if", raw.fail_if,
                 "with --compare: exit code 1 where this holds, as in 'lock_wait.p99>+10%'; may be "
                 "given several times")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--force", raw.force,
               "with --compare: also what was measured with unlike plans or on unlike hosts");
  app.add_option(
      "--merge", raw.merge,
      "instead: adds up FILES, all .hgrm or all .hlog, of runs of the same configuration "
      "in many processes or on many machines, and writes them as one file");
  app.add_option("--values", raw.values,
                 "instead: reads a column of whole numbers, one latency in nanoseconds a line; - "
                 "reads standard input");
  app.add_option("--hgrm", raw.hgrm, "where --values writes the histogram");
  app.add_option("--expected-interval", raw.expected_interval,
                 "with --values: the interval (as in 10ms) at which the latencies should have been "
                 "taken; fills in the samples that a stall kept from being taken (coordinated "
                 "omission)");
  app.set_version_flag("--version",
                       fmt::format("report (walbench) {}", metrics::walbench_version()));
}

}  // namespace

Parsed parse_report_options(const std::vector<std::string>& arguments) {
  CLI::App app("Tells what bench has measured, from its .hgrm and .hlog files alone.", "report");
  RawOptions raw;
  add_options(app, raw);
  app.footer(kFooter);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    refuse_empty_values(app);
    return checked(raw);
  } catch (const CLI::CallForHelp&) {
    return ParseEnd{kDone, app.help()};
  } catch (const CLI::CallForVersion& version) {
    return ParseEnd{kDone, std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return ParseEnd::wrong_usage("report", error.what());
  } catch (const std::invalid_argument& error) {
    return ParseEnd::wrong_usage("report", error.what());
  }
}

}  // namespace walbench::tools
