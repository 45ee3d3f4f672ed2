#pragma once

#include <string>
#include <string_view>

#include "metrics/result/configuration_result.hpp"

namespace walbench::metrics {

/// A whole result, for another process of this very program: its facts as files have them, and each
/// histogram in HdrHistogram's encoding. Bytes, not text: what was measured may quote anything.
std::string encode_result(const ConfigurationResult& result);

/// What encode_result() was given. Throws FormatError.
ConfigurationResult decode_result(std::string_view bytes);

}  // namespace walbench::metrics
