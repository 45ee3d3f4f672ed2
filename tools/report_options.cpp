#include "tools/report_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "metrics/duration.hpp"
#include "metrics/environment.hpp"
#include "tools/exit_code.hpp"

namespace walbench::tools {
namespace {

constexpr const char* kFooter = R"(
Files of bench are put together to configurations and runs, exactly. Interval logs (.hlog) are told
interval by interval. Of another program's .hgrm file
the percentiles are read from its rows, and marked approximate.

exit codes:
  0    everything was read and told
  2    wrong usage: nothing was done
  3    a file could not be used (the others were told), or the output not be written
  130  interrupted (SIGINT); another signal gives 128 + its number

examples:
  report results/*.hgrm
  report results/*.hlog --details
  report --values latencies_ns.txt --hgrm latencies.hgrm
  awk '{print $7 * 1000}' service.log | report --values - --hgrm service.hgrm)";

struct RawOptions {
  std::vector<std::string> files;
  std::string values;
  std::string hgrm;
  std::string expected_interval;
  bool details = false;
};

std::variant<ReportFiles, ReportValues, ParseEnd> checked(const RawOptions& raw) {
  if (raw.values.empty() != raw.hgrm.empty()) {
    throw std::invalid_argument("--values FILE and --hgrm OUT go together");
  }
  if (raw.values.empty()) {
    if (!raw.expected_interval.empty()) {
      throw std::invalid_argument("--expected-interval goes with --values FILE --hgrm OUT");
    }
    if (raw.files.empty()) {
      throw std::invalid_argument(
          "no files; name .hgrm files, such as results/*.hgrm, which bench writes");
    }
    return ReportFiles{{raw.files.begin(), raw.files.end()}, raw.details};
  }
  if (!raw.files.empty()) {
    throw std::invalid_argument("--values FILE --hgrm OUT takes no further files");
  }
  ReportValues values{raw.values, raw.hgrm, {}};
  if (!raw.expected_interval.empty()) {
    values.expected_interval = metrics::parse_duration(raw.expected_interval);
  }
  return values;
}

}  // namespace

std::variant<ReportFiles, ReportValues, ParseEnd> parse_report_options(
    const std::vector<std::string>& arguments) {
  CLI::App app("Tells what bench has measured, from its .hgrm and .hlog files alone.", "report");
  RawOptions raw;
  app.add_option("FILES", raw.files,
                 "files in the .hgrm format, and interval logs in the .hlog format");
  app.add_flag("--details", raw.details,
               "print every configuration in full, also where a run has several");
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
  app.footer(kFooter);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
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
