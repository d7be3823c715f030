#include "gateway/api/api.hpp"
