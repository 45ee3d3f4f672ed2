#include "tools/document/scaling_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "tools/document/change_text.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

std::string growth_lines(const metrics::Scaling& scaling) {
  TextTable table({"figure", "threads", "before", "after", "exponent", "growth"});
  for (const metrics::Growth& growth : scaling.growths) {
    table.add_row({std::string(growth.figure),
                   fmt::format("{} -> {}", growth.threads_before, growth.threads_after),
                   figure_text(growth.figure, growth.before),
                   figure_text(growth.figure, growth.after),
                   fmt::format("{:+.2f}", growth.exponent()), std::string(growth.kind())});
  }
  return table.str(2);
}

std::string parameter_text(const metrics::FittedParameter& parameter) {
  return fmt::format("{:.3g} ({:.3g} .. {:.3g})", parameter.value, parameter.low, parameter.high);
}

std::string peak_text(const metrics::Scaling& scaling, const metrics::ScalabilityFit& fit) {
  if (!fit.peak) {
    return "no peak: throughput levels off towards " + with_thousands(fit.gamma / fit.sigma.value) +
           " transitions/s";
  }
  const metrics::FittedParameter& peak = *fit.peak;
  std::string text = fmt::format("throughput peaks at c={:.0f} ({:.0f} .. {:.0f})", peak.value,
                                 peak.low, peak.high);
  if (!fit.peak_determined) text += ", which these data do not determine";
  if (peak.value > static_cast<double>(scaling.levels.back().threads)) {
    text += ", beyond what was measured";
  }
  return text;
}

}  // namespace

std::string bottleneck_sentence(const metrics::Scaling& scaling) {
  const bool known = std::ranges::all_of(
      scaling.levels, [](const metrics::ScalingLevel& level) { return !level.bottleneck.empty(); });
  if (!known) return "Bottleneck not known: the files that it is judged by were not given";
  std::string line = scaling.bottleneck_changes ? "The bottleneck changes:" : "Same bottleneck:";
  for (const metrics::ScalingLevel& level : scaling.levels) {
    line += fmt::format("{} c={} {} ({})", &level == &scaling.levels.front() ? "" : ",",
                        level.threads, level.bottleneck, level.root_cause);
  }
  return line;
}

std::vector<std::string> law_sentences(const metrics::Scaling& scaling) {
  if (const auto* const why = std::get_if<std::string>(&scaling.law)) {
    return {"Universal Scalability Law: not fitted; " + *why};
  }
  const auto& fit = std::get<metrics::ScalabilityFit>(scaling.law);
  return {fmt::format("Universal Scalability Law: contention sigma {}, coherency kappa {}",
                      parameter_text(fit.sigma), parameter_text(fit.kappa)),
          fmt::format("{}; {}", peak_text(scaling, fit),
                      fit.exact ? "three levels, three parameters: no residual to judge the fit by"
                                : fmt::format("worst residual {:.1f} % at c={:.0f}",
                                              100 * fit.worst_residual, fit.worst_residual_at)),
          "in brackets: where it stays while one of the throughputs is 10 % off"};
}

std::string render_scaling(const std::vector<metrics::ConfigurationResult>& configurations) {
  std::string out;
  for (const metrics::Scaling& scaling : metrics::analyse_scaling(configurations)) {
    out += printable(fmt::format("scaling, {} {}", scaling.profile, scaling.strategy)) + "\n" +
           growth_lines(scaling) + "  " + printable(bottleneck_sentence(scaling)) + "\n";
    std::string indent = "  ";
    for (const std::string& sentence : law_sentences(scaling)) {
      out += indent + sentence + "\n";
      indent = "    ";
    }
    out += "\n";
  }
  return out;
}

}  // namespace walbench::tools
