using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace RedisTagCache.SingleFlight;

/// <summary>The flights under way in this process: one a name. What is detached lands for those who are on it, and nobody joins it any more.</summary>
internal sealed class Flights
{
    private readonly ConcurrentDictionary<string, Flight> _byName = new(StringComparer.Ordinal);

    /// <summary>Makes a flight one that others can join; false, with the one under way, when there is one.</summary>
    public bool TryBegin(Flight flight, [NotNullWhen(false)] out Flight? underWay)
    {
        while (true)
        {
            if (_byName.TryAdd(flight.Name, flight))
            {
                underWay = null;
                return true;
            }

            if (_byName.TryGetValue(flight.Name, out underWay))
                return false;
        }
    }

    public void End(Flight flight) => _byName.TryRemove(new KeyValuePair<string, Flight>(flight.Name, flight));

    /// <summary>Lets nobody join any more; true when somebody has.</summary>
    public bool Close(Flight flight)
    {
        End(flight);
        return flight.Close();
    }

    public void Detach(string name) => _byName.TryRemove(name, out _);

    public void DetachAll() => _byName.Clear();
}
