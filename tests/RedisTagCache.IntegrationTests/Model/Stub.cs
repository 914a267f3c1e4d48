using System.Reflection;

namespace RedisTagCache.IntegrationTests.Model;

/// <summary>An implementation of a large interface of which only a few members are called.</summary>
#pragma warning disable CA1852 // A proxy is derived from it.
internal class Stub : DispatchProxy
#pragma warning restore CA1852
{
    private Func<string, object?[], object?> _answer = static (_, _) => null;

    /// <param name="answer">For a member and its arguments, what is returned.</param>
    public static T Of<T>(Func<string, object?[], object?> answer)
        where T : class
    {
        var proxy = Create<T, Stub>();
        ((Stub)(object)proxy)._answer = answer;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!.Name, args ?? []);
}
