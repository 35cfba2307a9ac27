"""Builds the Python package with CMake: `pip install .`; pyproject.toml says the rest."""

import re
from pathlib import Path

import pybind11
from skbuild import setup

root = Path(__file__).parent
version = re.search(r"project\(equivec VERSION ([0-9.]+)", (root / "CMakeLists.txt").read_text()).group(1)

setup(
    version=version,
    packages=["equivec", "equivec.gensim"],
    package_dir={"": "apps/python"},
    package_data={"equivec": ["py.typed", "*.pyi"]},
    include_package_data=False,
    cmake_install_dir="apps/python",
    cmake_args=["-DCMAKE_BUILD_TYPE=Release", "-DEQUIVEC_BUILD_PYTHON=ON", "-DEQUIVEC_BUILD_APPS=OFF",
                "-DEQUIVEC_BUILD_TESTS=OFF", f"-Dpybind11_DIR={pybind11.get_cmake_dir()}"],
)
