#include "tools/report/report_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <system_error>

#include "metrics/result/environment.hpp"
#include "tools/program/options.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kFooter = R"(
Files of bench are put together to configurations and runs, exactly. Interval logs (.hlog, and the
.hdr of YCSB) are told as a whole and interval by interval. Of another program's .hgrm file the
percentiles are read from its rows: exact, or as a range. A folder stands for all .hgrm, .hlog and
.hdr files in it.

--compare takes several runs of the same configuration for repeats, and intervals from how these
differ; with one run a side it resamples the histograms, which knows nothing of how runs differ.
A --fail-if in percent fails if the change is past it and can be told from chance. A change that is
past the limit but may be chance, or rests on too few samples or runs, is UNDECIDED: no failure. A
limit that concerns nothing that was read is wrong usage.

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
  report memtier.hgrm --unit us --start 10s --end 1min --percentiles 50,90,99.99
  report --compare before/ --with after/ --fail-if 'lock_wait.p99>+10%'
  report --merge all.hgrm host1/*fsm_net_ms.hgrm host2/*fsm_net_ms.hgrm
  report app.hlog --hgrm app.hgrm
  report --format csv results/*.hgrm > percentiles.csv
  report --values latencies_ns.txt --hgrm latencies.hgrm
  awk '{print $7 * 1000}' service.log | report --values - --hgrm service.hgrm)";

/// The command line, each value read, before the values are held against each other.
struct ReportRequest {
  std::vector<std::filesystem::path> files;
  std::optional<std::string> values;
  std::optional<std::filesystem::path> hgrm;
  std::optional<std::chrono::nanoseconds> expected_interval;
  std::vector<std::filesystem::path> compare;
  std::vector<std::filesystem::path> with;
  std::vector<metrics::Limit> fail_if;
  std::optional<std::filesystem::path> merge;
  std::optional<std::filesystem::path> html;
  std::optional<ReportFormat> format;
  std::optional<metrics::ValueUnit> unit;
  std::optional<std::chrono::nanoseconds> start;
  std::optional<std::chrono::nanoseconds> end;
  std::optional<std::chrono::nanoseconds> interval;
  std::vector<double> percentiles;
  bool force = false;
  bool details = false;
  bool plot = false;
};

using Parsed =
    std::variant<ReportFiles, ReportCompare, ReportMerge, ReportValues, ReportTotals, ParseEnd>;

void require(bool condition, const char* otherwise) {
  if (!condition) throw std::invalid_argument(otherwise);
}

metrics::Reading reading_of(const ReportRequest& request) {
  const auto seconds = [](const std::optional<std::chrono::nanoseconds>& duration) {
    return duration ? std::optional(std::chrono::duration<double>(*duration).count())
                    : std::nullopt;
  };
  require(!request.start || !request.end || *request.start < *request.end,
          "--end must be later than --start");
  return {request.unit, seconds(request.start), seconds(request.end), seconds(request.interval)};
}

ReportValues checked_values(const ReportRequest& request) {
  require(request.files.empty(), "--values FILE --hgrm OUT takes no further files");
  return {*request.values, *request.hgrm,
          request.expected_interval.value_or(std::chrono::nanoseconds(0))};
}

ReportCompare checked_compare(const ReportRequest& request) {
  require(request.files.empty(), "--compare BASE... --with NEW... takes no further files");
  return {.base = request.compare,
          .with = request.with,
          .force = request.force,
          .limits = request.fail_if,
          .format = request.format.value_or(ReportFormat::table),
          .reading = {reading_of(request), request.percentiles}};
}

ReportTotals checked_totals(const ReportRequest& request) {
  require(!request.files.empty(), "--hgrm OUT needs interval logs, or --values FILE");
  return {request.files, *request.hgrm, reading_of(request)};
}

ReportFiles checked_files(const ReportRequest& request) {
  require(!request.files.empty(),
          "no files; name .hgrm files, such as results/*.hgrm, which bench writes");
  ReportFiles files{.paths = request.files,
                    .details = request.details,
                    .plot = request.plot,
                    .format = request.format.value_or(ReportFormat::table),
                    .html = request.html,
                    .limits = request.fail_if,
                    .reading = {reading_of(request), request.percentiles}};
  require(!request.plot || files.format == ReportFormat::table, "--plot needs --format table");
  return files;
}

/// Some options choose a command; the others say how it is done.
void require_one_purpose(const ReportRequest& request) {
  require(!request.values || request.hgrm, "--values FILE needs --hgrm OUT");
  require(request.compare.empty() == request.with.empty(),
          "--compare BASE... and --with NEW... need each other");
  const bool values = request.values.has_value();
  const bool compare = !request.compare.empty();
  const bool merge = request.merge.has_value();
  const bool html = request.html.has_value();
  const bool totals = !values && request.hgrm.has_value();
  require(int{values} + int{compare} + int{merge} + int{html} + int{totals} <= 1,
          "--values, --compare, --merge, --html and --hgrm exclude each other; choose one");
  const bool reads = request.unit || request.start || request.end || request.interval;
  require(!(values || merge) || (!reads && request.percentiles.empty()),
          "--unit, --start, --end, --interval and --percentiles cannot be combined with --values "
          "or --merge");
  require(!totals || (request.percentiles.empty() && !request.interval),
          "--percentiles and --interval cannot be combined with --hgrm");
  require(values || !request.expected_interval,
          "--expected-interval needs --values FILE --hgrm OUT");
  require(!(values || merge || totals) || request.fail_if.empty(),
          "--fail-if cannot be combined with --values, --merge or --hgrm");
  const auto relative = [](const metrics::Limit& limit) { return limit.relative; };
  require(compare || std::ranges::none_of(request.fail_if, relative),
          "--fail-if with a change in percent needs --compare BASE... --with NEW...");
  require(compare || !request.force, "--force needs --compare BASE... --with NEW...");
  require(!(request.hgrm || compare || merge || html) || !(request.details || request.plot),
          "--details and --plot cannot be combined with --hgrm, --compare, --merge or --html");
  require(!(request.hgrm || merge || html) || !request.format,
          "--format cannot be combined with --hgrm, --merge or --html, which write files");
}

Parsed checked(const ReportRequest& request) {
  require_one_purpose(request);
  if (request.values) return checked_values(request);
  if (request.hgrm) return checked_totals(request);
  if (!request.compare.empty()) return checked_compare(request);
  if (!request.merge) return checked_files(request);
  require(!request.files.empty(), "--merge OUT: no files to merge");
  return ReportMerge{*request.merge, request.files};
}

using metrics::ValueUnit;

Reader<std::vector<double>> percentiles() {
  const auto read = [](const std::string& text) {
    double percentile = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, percentile);
    if (text == "max") return 100.0;
    if (error != std::errc() || rest != end || std::isnan(percentile) || percentile < 0 ||
        percentile > 100) {
      throw std::invalid_argument(fmt::format("'{}' is not a percentile between 0 and 100", text));
    }
    return percentile;
  };
  return lists_of<double>({read, [](const double& each) { return fmt::format("{:.10g}", each); }});
}

Reader<metrics::Limit> limits() {
  return {metrics::parse_limit, &metrics::Limit::name};
}

void add_options(Options& options, ReportRequest& request) {
  const Reader<std::filesystem::path> inputs = paths(Completion::results);
  options.section("What to read, and how to print it");
  options.values("FILES", "FILES",
                 "files in the .hgrm format, interval logs in the .hlog format, or folders of them",
                 Takes::several, request.files, inputs);
  options.flag("--details", "print every configuration in full, even if a run has several",
               request.details);
  options.flag("--plot", "draw percentile curves in text, too", request.plot);
  options.value("--format", "FORMAT", "print a table, markdown, json or csv [table]",
                request.format,
                one_of<ReportFormat>({{"table", ReportFormat::table},
                                      {"markdown", ReportFormat::markdown},
                                      {"json", ReportFormat::json},
                                      {"csv", ReportFormat::csv}}));
  options.value("--html", "FILE",
                "write a page with pictures instead, which needs no other file; - writes it to "
                "standard output",
                request.html, paths());
  options.section("Files of other programs, and interval logs");
  options.value("--unit", "UNIT", "the unit of values in files that name none", request.unit,
                one_of({ValueUnit::ns, ValueUnit::us, ValueUnit::ms, ValueUnit::s},
                       metrics::value_unit_name));
  options.value("--start", "DUR", "leave out intervals that begin earlier after the log's start",
                request.start, durations());
  options.value("--end", "DUR", "leave out intervals that begin then or later", request.end,
                durations());
  options.value("--interval", "DUR", "add up intervals to longer ones, such as 30s",
                request.interval, durations(std::chrono::milliseconds(1)));
  options.value("--percentiles", "LIST",
                "show these, such as 50,90,99.99, instead of the usual ones", request.percentiles,
                percentiles());
  options.section("Compare two measurements");
  options.values("--compare", "BASE", "say what changed from these files or folders",
                 Takes::several, request.compare, inputs);
  options.values("--with", "NEW", "to these files or folders", Takes::several, request.with,
                 inputs);
  options.values(
      "--fail-if", "LIMIT",
      "exit with 1 if a figure is past this limit, as in 'lock_wait.p99{threads=10}>5ms'; or, "
      "with --compare, 'lock_wait.p99>+10%' or 'transitions_per_second<-5%'. May be given "
      "several times",
      Takes::one_each_time, request.fail_if, limits());
  options.flag("--force",
               "compare runs even if their plans or hosts differ, but for runs with --perturb; "
               "with --compare",
               request.force);
  options.section("Write files");
  options.value("--merge", "OUT",
                "add up FILES, all .hgrm or all .hlog, of runs of the same configuration in many "
                "processes or on many machines, and write them as one file",
                request.merge, paths());
  options.value("--values", "FILE",
                "read a column of whole numbers, one latency in nanoseconds per line; - reads "
                "standard input",
                request.values, texts(Completion::file));
  options.value(
      "--hgrm", "OUT",
      "write the histogram of --values, or of all of an interval log; a folder gets a file "
      "for each tag",
      request.hgrm, paths());
  options.value("--expected-interval", "DUR",
                "the interval (as in 10ms) at which the latencies of --values should have been "
                "taken; adds the samples that a stall kept from being taken (coordinated omission)",
                request.expected_interval, durations());
}

}  // namespace

Parsed parse_report_options(const std::vector<std::string>& arguments) {
  ReportRequest request;
  Options options(
      {.name = "report",
       .purpose = "Prints what bench has measured, from its .hgrm and .hlog files alone.",
       .usage = "[OPTION]... FILES...",
       .version = fmt::format("report (walbench) {}", metrics::walbench_version()),
       .footer = kFooter});
  add_options(options, request);
  if (const auto end = options.parse(arguments)) return *end;
  try {
    return checked(request);
  } catch (const std::invalid_argument& error) {
    return options.refusal(error.what());
  }
}

}  // namespace walbench::tools
