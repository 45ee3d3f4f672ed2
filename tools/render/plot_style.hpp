#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace walbench::tools {

/// How a plot in text may be drawn.
struct PlotStyle {
  bool unicode = false;     ///< otherwise ASCII alone
  bool colour = false;      ///< ANSI colours
  std::size_t width = 80;   ///< of the whole plot, in columns; 40 to 200
  std::size_t height = 16;  ///< of the curves alone, in rows; 4 or more
};

/// What decides it.
struct PlotSurroundings {
  /// The environment variable of that name; empty where it is not set.
  std::function<std::string(const char* name)> variable;
  bool terminal = false;    ///< whether standard output is one
  std::size_t columns = 0;  ///< the terminal's width; 0: unknown
};

/// Unicode where the locale (LC_ALL, LC_CTYPE, LANG: the first that is set) is in UTF-8; colour on
/// a terminal, unless NO_COLOR is set to something; neither where TERM is `dumb`. As wide as the
/// terminal, else as COLUMNS says, else 80 columns.
PlotStyle plot_style_for(const PlotSurroundings& surroundings);

/// The same, of this process's environment and standard output.
PlotStyle detect_plot_style();

}  // namespace walbench::tools
