@echo off
rem Limbeck from a clone: finds a JDK, builds if the sources are newer than the jars, and starts Java.
rem
rem   limbeck --help         the commands
rem   limbeck bench [args]   how fast it is beside other libraries; --help tells more
rem   limbeck jmh [args]     the JMH benchmarks, with JMH's own arguments; --peers first brings in those of the other libraries
rem
rem LIMBECK_JAVA_OPTS holds further options for the JVM, for instance -Xmx8g.
setlocal EnableExtensions DisableDelayedExpansion

set "root=%~dp0"
set "main=limbeck.distill.cli.Main"
set "modules=tensor autograd nn distill"
set "last=distill"
set "arguments=%*"
set "peers="
set "profile="
if "%~1"=="jmh" set "main=org.openjdk.jmh.Main"
if "%~1"=="bench" set "main=limbeck.benchmarks.compare.Bench"
if "%main%"=="limbeck.distill.cli.Main" goto :find_jdk
set "modules=%modules% benchmarks"
set "last=benchmarks"
rem %* always holds all arguments, so the leading "jmh" or "bench" is cut from the text.
for /f "tokens=1,* delims= " %%a in ("%*") do set "arguments=%%b"
rem The rivals have a build folder of their own.
for %%a in (%*) do if "%%~a"=="--peers" (
    set "peers=\peers"
    set "profile=-Ppeers"
)
if "%~1 %~2"=="jmh --peers" for /f "tokens=1,* delims= " %%a in ("%arguments%") do set "arguments=%%b"

:find_jdk
set "jdk="
if defined JAVA_HOME call :try_jdk "%JAVA_HOME%"
if defined JAVA25_HOME call :try_jdk "%JAVA25_HOME%"
for /f "delims=" %%j in ('where java 2^>nul') do for %%d in ("%%~dpj..") do call :try_jdk "%%~fd"
for /d %%d in ("%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Zulu\*" ^
    "%ProgramFiles%\Microsoft\jdk*" "%USERPROFILE%\.jdks\*" "%USERPROFILE%\.sdkman\candidates\java\*") do call :try_jdk "%%~fd"
if not defined jdk (
    echo limbeck: needs JDK 25 or later and found none: install one ^(for instance Eclipse Temurin 25^), or set JAVA_HOME to its folder. 1>&2
    exit /b 1
)

set "target=%root%%last%\target%peers%"
set "notice=first run only"
if exist "%target%\lib\" set "notice=the sources changed"
set "stale="
if not exist "%target%\lib\" set "stale=1"
if not defined stale for %%m in (%modules%) do call :check_stale %%m
if not defined stale goto :start

where mvn >nul 2>nul
if errorlevel 1 (
    echo limbeck: needs Maven 3.6.3 or later to build, and found no mvn on the PATH: install it. 1>&2
    exit /b 1
)
echo building Limbeck (%notice%) ... 1>&2
set "JAVA25_HOME=%jdk%"
if not defined JAVA_HOME set "JAVA_HOME=%jdk%"
set "log=%TEMP%\limbeck-build-%RANDOM%.log"
call mvn -q -B -f "%root%pom.xml" %profile% -pl %last% -am -Dmaven.test.skip=true -Dmaven.compiler.failOnWarning=false package > "%log%" 2>&1
if errorlevel 1 (
    type "%log%" 1>&2
    del "%log%"
    echo limbeck: the build failed; Maven says why above. 1>&2
    exit /b 1
)
del "%log%"

:start
set "class_path="
for %%m in (%modules%) do call :add_jar %%m
set "class_path=%class_path%%target%\lib\*"

rem Help needs no vectors: without them the JVM starts sooner and prints no line about incubator modules.
set "vector=--add-modules jdk.incubator.vector"
findstr /c:"jdk.incubator.vector" "%jdk%\release" >nul || set "vector="
if "%last%"=="distill" if "%~1"=="" set "vector="
if not "%main%"=="org.openjdk.jmh.Main" for %%h in (-h --help -V --version) do (
    if "%~1"=="%%h" set "vector="
    if "%~1 %~2"=="bench %%h" set "vector="
)

rem G1 with regions of 1 MiB: arrays of half a region or more then begin on a cache line. A young generation of 128 MiB: most garbage is
rem from before the run is compiled, and tensors are used again from the pool; the time spent on it (GCTimeRatio) is no reason to grow.
set "collector=-XX:+UseG1GC -XX:G1HeapRegionSize=1m -XX:GCTimeRatio=1 -XX:MinHeapFreeRatio=5 -XX:MaxHeapFreeRatio=10 -XX:InitialHeapSize=32m"
if defined LIMBECK_JAVA_OPTS echo "%LIMBECK_JAVA_OPTS%" | findstr /r /c:"-XX:+Use.*GC" >nul && set "collector="
"%jdk%\bin\java.exe" %collector% -XX:MaxNewSize=128m -Xlog:gc+ergo=error:stdout --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ^
    "-Dlimbeck.benchmarks.home=%root%benchmarks" %vector% %LIMBECK_JAVA_OPTS% -cp "%class_path%" %main% %arguments%
exit /b %errorlevel%

rem Takes folder %1 if it holds a JDK 25 or later and none is chosen yet. Its release file says so.
:try_jdk
if defined jdk exit /b
if not exist "%~1\bin\javac.exe" exit /b
if not exist "%~1\release" exit /b
for /f tokens^=2^ delims^=^" %%v in ('findstr /b "JAVA_VERSION=" "%~1\release"') do (
    for /f "delims=.-+" %%n in ("%%v") do if %%n GEQ 25 set "jdk=%~1"
)
exit /b

rem Sets stale if the jar of module %1 is missing or older than what it is made of.
:check_stale
if defined stale exit /b
set "jar=%root%%1\target\limbeck-%1.jar"
set "rivals="
if "%1"=="benchmarks" set "jar=%target%\limbeck-%1.jar"
if "%1"=="benchmarks" if defined peers set "rivals=%root%%1\src\peers"
if not exist "%jar%" (
    set "stale=1"
    exit /b
)
powershell -NoProfile -Command "$t=(Get-Item $env:jar).LastWriteTime; if (Get-Item ($env:root+'pom.xml'),($env:root+'%1\pom.xml') | Where-Object LastWriteTime -gt $t) {exit 1}; if (Get-ChildItem -Recurse (@($env:root+'%1\src\main') + @($env:rivals | Where-Object {$_})) | Where-Object LastWriteTime -gt $t) {exit 1}"
if errorlevel 1 set "stale=1"
exit /b

:add_jar
if "%1"=="benchmarks" (
    set "class_path=%class_path%%target%\limbeck-%1.jar;"
) else (
    set "class_path=%class_path%%root%%1\target\limbeck-%1.jar;"
)
exit /b
