#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes bundles/pom.xml from the folders beside it: a bundle is named by its folder and nowhere else.
# With --check only says whether the file is what the folders make it.
set -eu
cd "$(dirname "$0")"

# Bundles that no machine is made of: the launcher, examples to be copied, and what only tests use.
is_part() {
    case $1 in
        dev.spelunk.cli | dev.spelunk.example.* | dev.spelunk.testkit) return 1 ;;
        *) return 0 ;;
    esac
}

dependency() { # indentation, bundle
    printf '%s<dependency>\n' "$1"
    printf '%s  <groupId>dev.spelunk</groupId>\n' "$1"
    printf '%s  <artifactId>%s</artifactId>\n' "$1" "$2"
    printf '%s  <version>%s</version>\n' "$1" "\${project.version}"
    printf '%s</dependency>\n' "$1"
}

list() {
    cat <<'HEAD'
<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Written by list.sh from the folders beside it. -->
<project xmlns="http://maven.apache.org/POM/4.0.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://maven.apache.org/POM/4.0.0 https://maven.apache.org/xsd/maven-4.0.0.xsd">
  <modelVersion>4.0.0</modelVersion>

  <parent>
    <groupId>dev.spelunk</groupId>
    <artifactId>dev.spelunk.parent</artifactId>
    <version>${revision}${changelist}</version>
  </parent>

  <artifactId>dev.spelunk.bundles</artifactId>
  <packaging>pom</packaging>

  <name>Spelunk: bill of materials, and the list of parts</name>

  <modules>
HEAD
    for bundle in $bundles; do
        echo "    <module>$bundle</module>"
    done
    cat <<'MIDDLE'
  </modules>

  <!-- For a project that imports this as its bill of materials. -->
  <dependencyManagement>
    <dependencies>
MIDDLE
    for bundle in $bundles; do
        dependency '      ' "$bundle"
    done
    cat <<'MIDDLE'
    </dependencies>
  </dependencyManagement>

  <!-- What a module that depends on this, as type pom, gets: every part. -->
  <dependencies>
MIDDLE
    for bundle in $bundles; do
        is_part "$bundle" && dependency '    ' "$bundle"
    done
    cat <<'TAIL'
  </dependencies>
</project>
TAIL
}

bundles=$(for pom in */pom.xml; do dirname "$pom"; done | LC_ALL=C sort)
if [ "${1:-}" = --check ]; then
    list | cmp -s - pom.xml || {
        echo "bundles/pom.xml is not what the folders of bundles/ make it; run bundles/list.sh" >&2
        exit 1
    }
else
    list >pom.xml.new
    mv pom.xml.new pom.xml
fi
