#!/bin/sh
# Makes the prompts of prompts.txt with espeak-ng and the waiting music with sox. Everything is derived
# from this folder alone, so that nobody's rights are touched, and each file replaces the one before.
# Needs espeak-ng and sox; the result is committed, so that neither is needed to run the hotline.
# Names on the command line make those prompts alone: `generate.sh greeting comfort_1`.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Brings a file to telephone quality and to -20 dBFS RMS, whatever the voice was like. -R keeps the
# dither the same at every run, so that an unchanged prompt is an unchanged file.
telephone() { # from to
  sox -R "$1" -r 8000 -c 1 -b 16 "$work/level.wav" gain -9 highpass 200 lowpass 3400
  rms=$(sox "$work/level.wav" -n stat 2>&1 | awk '/RMS.*amplitude/ { print $3 }')
  gain=$(awk -v rms="$rms" 'BEGIN { print 20 * log(0.1 / rms) / log(10) }')
  sox -R "$work/level.wav" "$2" gain -l "$gain"
}

is_wanted() { # name
  [ -z "$wanted" ] && return 0
  case " $wanted " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

wanted="$*"
grep -v '^#' prompts.txt | while IFS='|' read -r name voice text; do
  is_wanted "$name" || continue
  file="$name.wav"
  [ "$voice" = cmn ] || file="$voice/$file"
  mkdir -p "$(dirname "$file")"
  espeak-ng -v "$voice" -s 185 -w "$work/voice.wav" "$text"
  # espeak-ng leaves silence at both ends; a prompt starts at once and ends with a breath. What is said
  # in the middle of a sentence is followed at once by the rest of it.
  case $name in number_* | position_before | estimate_before | estimate_to | estimate_over) lead=0.02 breath=0.02 ;; *) lead=0.05 breath=0.15 ;; esac
  sox -R "$work/voice.wav" "$work/trimmed.wav" \
    silence 1 0.02 0.5% reverse silence 1 0.02 0.5% reverse pad "$lead" "$breath"
  telephone "$work/trimmed.wav" "$file"
done

if is_wanted beep; then
  sox -R -n -r 8000 -b 16 "$work/beep.wav" synth 0.5 sine 850 fade q 0.02 0.5 0.02
  telephone "$work/beep.wav" beep.wav
fi
[ -z "$wanted" ] || exit 0

# The music: four soft chords of eight seconds, each swelling from silence and fading back into it, so
# that neither a change of chord nor the loop can click.
chord() { # file three-notes
  sox -R -n -r 8000 -b 16 "$1" synth 8 sine "$2" sine "$3" sine "$4" sine "$5" \
    remix 1v0.30,2v0.24,3v0.22,4v0.10 tremolo 0.25 20 fade q 1.5 8 2
}
chord "$work/1.wav" C3 G3 E4 C5
chord "$work/2.wav" A2 E3 C4 A4
chord "$work/3.wav" F3 C4 A4 F5
chord "$work/4.wav" G3 D4 B4 D5
sox -R "$work/1.wav" "$work/2.wav" "$work/3.wav" "$work/4.wav" "$work/music.wav" reverb 35 channels 1 fade q 0.5 32 0.5
mkdir -p music
telephone "$work/music.wav" music/moh.wav
