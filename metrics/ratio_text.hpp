#pragma once

#include <string>

namespace walbench::metrics {

/// A ratio of after to before in words: `+12.3 %`, or `x45.6` and `1/456` where percent would be
/// hard to read. Above 1,000 and below its inverse only the direction matters: `>x1,000`,
/// `<1/1,000`; `-` for what is no number.
std::string ratio_text(double ratio);

}  // namespace walbench::metrics
