#pragma once

#include "tools/doctor/doctor_story.hpp"
#include "tools/document/document.hpp"

namespace walbench::tools {

/// A table with a row a check, and the summary above it.
Document doctor_document(const DoctorStory& story);

}  // namespace walbench::tools
