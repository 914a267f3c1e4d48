using System.Reflection;
using Microsoft.Extensions.Logging;
using RedisTagCache.Diagnostics;
using RedisTagCache.Diagnostics.Advice;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Tests.Diagnostics;

public sealed class LogTests
{
    private static readonly FieldInfo[] _ids = typeof(LogIds).GetFields(BindingFlags.Static | BindingFlags.Public);
    private static readonly (MethodInfo Method, LoggerMessageAttribute Message)[] _lines =
    [
        .. typeof(Log).GetMethods(BindingFlags.Static | BindingFlags.Public)
            .Select(method => (method, method.GetCustomAttribute<LoggerMessageAttribute>()!))
            .Where(line => line.Item2 is not null),
    ];

    [Fact]
    public void LogIds_Always_AreUniqueAndEachHasItsOneLine()
    {
        var ids = _ids.ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!);
        Assert.Equal(ids.Count, ids.Values.Distinct().Count());
        Assert.Equal(ids.OrderBy(id => id.Value), _lines.Select(line => KeyValuePair.Create(line.Method.Name, line.Message.EventId)).OrderBy(line => line.Value));
    }

    [Fact]
    public void Lines_Always_AreWrittenSomewhere()
    {
        var sources = string.Concat(Repository.Files("src", "*.cs").Where(file => Path.GetFileName(file) != "Log.cs").Select(File.ReadAllText));
        Assert.All(_lines, line => Assert.Contains($"Log.{line.Method.Name}(", sources, StringComparison.Ordinal));
    }

    [Fact]
    public void Lines_Always_TakeNumbersAndErrorsAlone()
    {
        // Whatever else could be said of an entry (key, tag, payload) may be personal data. The names of the build, the caches and their types are none.
        foreach (var (method, message) in _lines.Where(line => line.Message.EventId is not (LogIds.BuildNamespaceResolved or LogIds.CachesRegistered or LogIds.CacheDisabled or LogIds.EvictionsDisabled)))
        {
            Assert.All(method.GetParameters(), parameter => Assert.True(
                parameter.ParameterType == typeof(ILogger) || parameter.ParameterType == typeof(Exception) || parameter.ParameterType == typeof(int) || parameter.ParameterType == typeof(long)
                    || parameter.ParameterType.IsEnum || parameter.ParameterType == typeof(RedisLocation) || parameter.ParameterType == typeof(FailureReason) || parameter.ParameterType == typeof(PartitionName) || parameter.ParameterType == typeof(DocumentationLink),
                $"{method.Name}: {parameter.Name}"));
            Assert.DoesNotMatch("(?i)\\{(key|tag|payload)\\}", message.Message);
        }
    }
}
