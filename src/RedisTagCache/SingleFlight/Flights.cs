using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace RedisTagCache.SingleFlight;

/// <summary>The flights under way in this process, one for each name. A flight that is detached completes for its callers, and accepts no more.</summary>
internal sealed class Flights
{
    private readonly ConcurrentDictionary<string, Flight> _byName = new(StringComparer.Ordinal);

    /// <summary>Lets other callers join a flight. Returns false, with the flight under way, if there is one.</summary>
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

    /// <summary>Accepts no more callers. Returns true if another caller has joined.</summary>
    public bool Close(Flight flight)
    {
        End(flight);
        return flight.Close();
    }

    public void Detach(string name) => _byName.TryRemove(name, out _);

    public void DetachAll() => _byName.Clear();
}
