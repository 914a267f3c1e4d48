using System.Runtime.CompilerServices;

namespace RedisTagCache.AotSmoke;

/// <summary>Counts what was checked, and names what was not as it should be.</summary>
internal sealed class Checks
{
    private readonly List<string> _failures = [];
    private int _count;

    public void AreEqual<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        _count++;
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            _failures.Add($"{what} is {actual}, but should be {expected}.");
    }

    public void IsTrue(bool condition, [CallerArgumentExpression(nameof(condition))] string what = "") => AreEqual(expected: true, condition, what);

    /// <summary>Checks again until the condition is met.</summary>
    public async Task BecomesTrueAsync(Func<Task<bool>> condition, string what)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            if (timeout.IsCancellationRequested)
            {
                IsTrue(condition: false, what);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }

        IsTrue(condition: true, what);
    }

    /// <summary>Returns the exit code.</summary>
    public int Report()
    {
        Console.WriteLine($"{_count} checks as {(RuntimeFeature.IsDynamicCodeCompiled ? "compiled at run time" : "native code")}, {_failures.Count} failed");
        foreach (var failure in _failures)
            Console.WriteLine(failure);
        return _failures.Count == 0 ? 0 : 1;
    }
}
