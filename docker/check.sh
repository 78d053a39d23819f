#!/usr/bin/env bash
# Checks the images without an engine: lints the Dockerfiles, repeats their COPY lines under a
# scratch root and looks at the jars there. Run it after `mvn package`; it ends at the first fault.
set -euo pipefail
cd "$(dirname "$0")"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
  echo "docker/check.sh: ${*//"$scratch"\//}" >&2
  exit 1
}

# One instruction a line: no comments, no blank lines, continuations joined.
instructions() {
  awk '/^[ \t]*#/ || /^[ \t]*$/ { next }
       /\\$/ { sub(/\\$/, ""); held = held $0; next }
       { print held $0; held = "" }' "$1"
}

lint() {
  local file=$1 word rest user="" from=""
  [[ -f $file ]] || fail "$file is missing"
  while read -r word rest; do
    case $word in
      FROM)
        from=$rest
        [[ $rest =~ ^[^[:space:]]+:[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] \
          || fail "$file: FROM $rest has no tag"
        [[ $rest != *:latest ]] || fail "$file: FROM $rest changes under us; name a version"
        ;;
      USER) user=$rest ;;
      COPY | RUN | ENV | ARG | LABEL | WORKDIR | EXPOSE | ENTRYPOINT | CMD) ;;
      *) fail "$file: the instruction $word is not known here" ;;
    esac
  done < <(instructions "$file")
  [[ -n $from ]] || fail "$file: it has no FROM"
  [[ -n $user && $user != root && $user != 0 ]] || fail "$file: it must end as the host's user"
  if command -v hadolint > /dev/null; then
    hadolint "$file" || fail "$file: hadolint refuses it"
  fi
}

install_copies() {
  local file=$1 root=$2 word rest words source target path i
  while read -r word rest; do
    [[ $word == COPY ]] || continue
    read -ra words <<< "$rest"
    target=$root${words[-1]}
    mkdir -p "$target"
    for ((i = 0; i < ${#words[@]} - 1; i++)); do
      source=${words[i]}
      [[ $source == --* ]] && continue
      compgen -G "$source" > /dev/null \
        || fail "$file: COPY $source finds nothing; run mvn package first"
      # The glob is the Dockerfile's. Links, as the jars weigh 130 MB.
      for path in $source; do ln -s "$PWD/$path" "$target"; done
    done
  done < <(instructions "$file")
}

# holds DIR JAR ENTRY: exactly one jar DIR/JAR-<version>.jar, and it has the entry.
holds() {
  local jars
  jars=("$1/$2"-[0-9]*.jar)
  [[ ${#jars[@]} == 1 && -f ${jars[0]} ]] || fail "$1: expected one $2 jar, found: ${jars[*]}"
  jar tf "${jars[0]}" > "$scratch/entries"
  grep -qxF "$3" "$scratch/entries" || fail "${jars[0]##*/} lacks $3"
}

# lacks DIR PATTERN...: no jar matches, as the host brings its own.
lacks() {
  local dir=$1 pattern
  shift
  for pattern in "$@"; do
    ! compgen -G "$dir/$pattern" > /dev/null || fail "$dir: $pattern belongs to the host"
  done
}

nothing_twice() {
  local twice
  twice=$(cd "$1" && printf '%s\n' *.jar | sed -E 's/-[0-9].*//' | sort | uniq -d)
  [[ -z $twice ]] || fail "$1: two versions of $twice; run mvn clean package"
}

common_jars() {
  holds "$1" weft-common dev/weft/Embedder.class
  holds "$1" api ai/djl/engine/Engine.class
  holds "$1" pytorch-engine META-INF/services/ai.djl.engine.EngineProvider
  holds "$1" pytorch-jni jnilib/linux-x86_64/cpu/libdjl_torch.so
  holds "$1" pytorch-native-cpu pytorch/cpu/linux-x86_64/libtorch_cpu.so
  holds "$1" tokenizers native/lib/linux-x86_64/cpu/libtokenizers.so
  holds "$1" jna com/sun/jna/Native.class
  nothing_twice "$1"
}

lint spark/Dockerfile
install_copies spark/Dockerfile "$scratch/spark"
jars=$scratch/spark/opt/spark/jars
common_jars "$jars"
holds "$jars" weft-spark dev/weft/spark/WeftExtensions.class
holds "$jars" weft-spark META-INF/services/org.apache.spark.sql.SparkSessionExtensionsProvider
lacks "$jars" 'spark-*' 'scala-*' 'hadoop-*' 'arrow-*' 'flatbuffers-*' 'jackson-*' 'gson-*' \
  'commons-*' 'netty-*' 'slf4j-*' 'log4j-*' 'flink-*' 'weft-flink-*'

lint flink/Dockerfile
install_copies flink/Dockerfile "$scratch/flink"
jars=$scratch/flink/opt/flink/lib
common_jars "$jars"
holds "$jars" weft-flink dev/weft/flink/EmbedFunction.class
holds "$jars" arrow-vector org/apache/arrow/vector/VarCharVector.class
holds "$jars" gson com/google/gson/Gson.class
lacks "$jars" 'flink-*' 'scala-*' 'hadoop-*' 'jackson-*' 'commons-*' 'netty-*' 'slf4j-*' \
  'log4j-*' 'spark-*' 'weft-spark-*'

echo "docker/check.sh: both images hold what they need and nothing of their hosts"
