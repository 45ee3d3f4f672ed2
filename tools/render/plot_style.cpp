#include "tools/render/plot_style.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <system_error>

namespace walbench::tools {
namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kUsual = 80;
constexpr std::size_t kWidest = 200;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool locale_is_utf8(const PlotSurroundings& surroundings) {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string locale = surroundings.variable(name);
    if (locale.empty()) continue;
    std::ranges::transform(locale, locale.begin(), lower);
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

/// 0 where it is no number.
std::size_t columns_variable(const PlotSurroundings& surroundings) {
  const std::string text = surroundings.variable("COLUMNS");
  const char* const end = text.data() + text.size();
  std::size_t columns = 0;
  const auto [rest, error] = std::from_chars(text.data(), end, columns);
  return error == std::errc() && rest == end ? columns : 0;
}

std::size_t width_for(const PlotSurroundings& surroundings) {
  std::size_t columns = surroundings.columns;
  if (columns == 0) columns = columns_variable(surroundings);
  return std::clamp(columns == 0 ? kUsual : columns, kNarrowest, kWidest);
}

}  // namespace

PlotStyle plot_style_for(const PlotSurroundings& surroundings) {
  const bool dumb = surroundings.variable("TERM") == "dumb";
  return {.unicode = !dumb && locale_is_utf8(surroundings),
          .colour = !dumb && surroundings.terminal && surroundings.variable("NO_COLOR").empty(),
          .width = width_for(surroundings)};
}

PlotStyle detect_plot_style() {
  PlotSurroundings surroundings;
  surroundings.variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  surroundings.terminal = isatty(STDOUT_FILENO) == 1;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) surroundings.columns = size.ws_col;
  return plot_style_for(surroundings);
}

}  // namespace walbench::tools
